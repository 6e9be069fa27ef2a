/** The board's one clock. It owns no time: the processor counts instructions, and the clock asks it. */
import type { Clock, Timer } from "./board.js";

class Alarm implements Timer {
  constructor(
    readonly when: number,
    readonly order: number,
    /** Undefined once it is cancelled. */
    public fire: (() => void) | undefined,
  ) {}

  cancel(): void {
    this.fire = undefined;
  }
}

export class VirtualClock implements Clock {
  /** Hears of every alarm that becomes the earliest, so that a processor in the middle of a slice can shorten it. */
  onEarlier: ((when: number) => void) | undefined;

  /** A binary heap by (when, order). Cancelled alarms stay until they come to the top. */
  private readonly heap: Alarm[] = [];
  private asked = 0;

  /**
   * @param reading the exact time, in instructions, at the moment of the call
   * @param ips instructions per virtual second, a whole number
   */
  constructor(
    private readonly reading: () => number,
    readonly ips: number,
  ) {
    if (!Number.isSafeInteger(ips) || ips <= 0) throw new RangeError(`instructions per second must be a positive whole number, not ${ips}`);
  }

  get now(): number {
    return this.reading();
  }

  at(when: number, fire: () => void): Timer {
    const before = this.next();
    const alarm = new Alarm(when, this.asked++, fire);
    this.push(alarm);
    if (before === undefined || when < before) this.onEarlier?.(when);
    return alarm;
  }

  /** When the next alarm is due, which may have passed; undefined if there is none. */
  next(): number | undefined {
    while (this.heap.length > 0 && this.heap[0]!.fire === undefined) this.pop();
    return this.heap[0]?.when;
  }

  /** Fires what is due, in order, alarms set meanwhile included. */
  fireDue(): void {
    for (let when = this.next(); when !== undefined && when <= this.now; when = this.next()) {
      const { fire } = this.pop();
      fire?.();
    }
  }

  /** Forgets all alarms: devices that load a saved state set theirs again. */
  clear(): void {
    for (const alarm of this.heap) alarm.cancel();
    this.heap.length = 0;
  }

  private push(alarm: Alarm): void {
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (precedes(heap[parent]!, alarm)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = alarm;
  }

  private pop(): Alarm {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (precedes(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function precedes(a: Alarm, b: Alarm): boolean {
  return a.when < b.when || (a.when === b.when && a.order < b.order);
}
