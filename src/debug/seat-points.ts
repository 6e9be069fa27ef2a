/** The points of one of several debuggers. The machine has one point for a place; it asks all who have set it. */
import type { MachineTarget } from "./machine-target.js";
import type {
  ArrivalListener,
  PointBehaviour,
  PointCheck,
  PointKind,
  Points,
  PointView,
  StepListener,
  ThreadId,
  TracePoints,
} from "./target.js";

interface SeatPoint {
  readonly kind: PointKind;
  readonly space: number;
  readonly address: number;
  readonly length: number;
  readonly behaviour: PointBehaviour;
  /** What its check said when the machine came there last. */
  said: boolean;
}

const keyOf = (kind: PointKind, space: number, address: number, length: number): string =>
  `${kind} ${space} ${address >>> 0} ${kind === "execute" ? "" : length}`;

/** Asks them all, and notes what each has said. */
function checkOf(points: readonly SeatPoint[]): PointCheck {
  const asked = (view: PointView): boolean => {
    for (const point of points) point.said = point.behaviour.check?.(view) ?? true;
    return points.some(({ said }) => said);
  };
  const expressions = points.map(({ behaviour }) => behaviour.check?.anyOf);
  return Object.assign(asked, { anyOf: expressions.every((e) => e !== undefined) ? expressions.flat() : undefined });
}

export class SeatPoints implements Points {
  private readonly points = new Map<string, SeatPoint>();

  constructor(private readonly shared: () => { readonly machine: MachineTarget; readonly all: readonly SeatPoints[] }) {}

  insert(kind: PointKind, space: number, address: number, length: number, behaviour: PointBehaviour = {}): true | string {
    const key = keyOf(kind, space, address, length);
    const before = this.points.get(key);
    this.points.set(key, { kind, space, address: address >>> 0, length, behaviour, said: false });
    const done = this.apply(key);
    if (done !== true && before === undefined) this.points.delete(key);
    return done;
  }
  remove(kind: PointKind, space: number, address: number, length: number): void {
    const key = keyOf(kind, space, address, length);
    const point = this.points.get(key);
    if (point === undefined) return;
    this.points.delete(key);
    this.withdraw(key, point);
  }
  clear(): void {
    for (const { kind, space, address, length } of [...this.points.values()]) this.remove(kind, space, address, length);
  }
  clearTransient(): void {
    for (const { kind, space, address, length, behaviour } of [...this.points.values()])
      if (!behaviour.persistent) this.remove(kind, space, address, length);
  }
  /** The machine has forgotten them. */
  forget(): void {
    this.points.clear();
  }

  /** Of all debuggers. Most of the time there is one, and this is asked at each Z and z. */
  private others(key: string): SeatPoint[] {
    const found: SeatPoint[] = [];
    for (const seat of this.shared().all) {
      const point = seat.points.get(key);
      if (point) found.push(point);
    }
    return found;
  }
  private withdraw(key: string, { kind, space, address, length }: SeatPoint): void {
    if (this.others(key).length > 0) this.apply(key);
    else this.shared().machine.points.remove(kind, space, address, length);
  }
  /** The machine's point: it stops if one of those who have set it wants to. */
  private apply(key: string): true | string {
    const all = this.others(key);
    const { kind, space, address, length } = all[0]!;
    const persistent = all.some(({ behaviour }) => behaviour.persistent);
    const check = all.some(({ behaviour }) => behaviour.check) ? checkOf(all) : undefined;
    return this.shared().machine.points.insert(kind, space, address, length, { check, persistent });
  }

  /** A breakpoint of this debugger's is where the thread is, and its check has agreed to the stop. */
  stopsAt(thread: ThreadId): boolean {
    const eip = this.shared().machine.registers.read(thread, "eip");
    if (eip === undefined) return false;
    const address = new DataView(eip.buffer, eip.byteOffset).getUint32(0, true);
    const point = this.points.get(keyOf("execute", thread.space, address, 0));
    return point !== undefined && (point.behaviour.check === undefined || point.said);
  }
  watches(space: number, address: number, access: PointKind): boolean {
    return [...this.points.values()].some((point) => point.kind === access && point.space === space && point.address === address);
  }
}

/** Tracepoints of one of several debuggers: at a place, each is told. */
export class SeatTraces implements TracePoints {
  private readonly listeners = new Map<string, ArrivalListener>();

  constructor(private readonly shared: () => { readonly machine: MachineTarget; readonly all: readonly SeatTraces[] }) {}

  insert(space: number, address: number, arrives: ArrivalListener): true | string {
    this.listeners.set(`${space} ${address >>> 0}`, arrives);
    return this.apply(space, address);
  }
  remove(space: number, address: number): void {
    if (this.listeners.delete(`${space} ${address >>> 0}`)) this.apply(space, address);
  }
  private apply(space: number, address: number): true | string {
    const { machine, all } = this.shared();
    const listeners = all.flatMap((seat) => seat.listeners.get(`${space} ${address >>> 0}`) ?? []);
    if (listeners.length === 0) {
      machine.tracing.remove(space, address);
      return true;
    }
    return machine.tracing.insert(space, address, (view) => {
      let going: StepListener[] = listeners.flatMap((listener) => listener(view) ?? []);
      if (going.length === 0) return undefined;
      return (stepped) => {
        going = going.filter((step) => step(stepped));
        return going.length > 0;
      };
    });
  }
}
