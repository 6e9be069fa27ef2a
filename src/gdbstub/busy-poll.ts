/**
 * Busy polling (the term is that of Linux's sockets): for a moment after a client's packet the process looks for the next one again and again,
 * instead of sleeping until the kernel wakes it. A debugger that steps sends its next packet as soon as it has the reply, and to be woken
 * takes longer than the step. The moment is short, and begins only if the packet before came as soon: whoever types costs nothing. Where others
 * want the processors it ends at once, since a process that never sleeps is given less of them than one that does.
 */
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";

/** Milliseconds after a packet. */
const MOMENT = 1;
/** Between two looks it takes that long only if another process has had the processor, the machine has run, or the host has none to give. */
const INTERRUPTED = 0.3;
/** For how long nothing is tried after that: twice as long each time it is in vain again. */
const REST = 2;
const LONGEST_REST = 640;
/** It is in vain if it is interrupted again as soon as that. */
const SOON = 20;

/** How often another process was given the processor that this one was using. */
const preemptions = (): number => process.resourceUsage().involuntaryContextSwitches;

export class BusyPoll {
  #until = 0;
  #polls = false;
  #lookedAt = 0;
  #restsUntil = 0;
  #rest = REST;
  #preemptions = preemptions();
  /** With one processor the client could not run meanwhile. */
  readonly #possible = availableParallelism() > 1;

  /** Bytes have come from the client. */
  heard(): void {
    const now = performance.now();
    const isQuick = now < this.#until;
    this.#until = now + MOMENT;
    this.#lookedAt = now;
    if (!isQuick || this.#polls || !this.#possible || now < this.#restsUntil) return;
    this.#polls = true;
    setImmediate(this.#poll);
  }

  /** An immediate callback has the event loop look at its sockets without waiting. */
  readonly #poll = (): void => {
    const now = performance.now();
    if (now - this.#lookedAt > INTERRUPTED && this.#wasPreempted()) {
      this.#rest = now - this.#restsUntil < SOON ? Math.min(this.#rest * 2, LONGEST_REST) : REST;
      this.#restsUntil = now + this.#rest;
    }
    this.#lookedAt = now;
    this.#polls = now < this.#until && now >= this.#restsUntil;
    if (this.#polls) setImmediate(this.#poll);
  };
  /** Since it was asked last. */
  #wasPreempted(): boolean {
    const before = this.#preemptions;
    this.#preemptions = preemptions();
    return this.#preemptions > before;
  }
}
