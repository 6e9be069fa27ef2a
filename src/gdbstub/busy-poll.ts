/**
 * Busy polling (the term is that of Linux's sockets): for a moment after a client's packet the process looks for the next one again and again,
 * instead of sleeping until the kernel wakes it. A debugger that steps sends its next packet as soon as it has the reply, and to be woken
 * takes longer than the step. The moment is short, and begins only if the packet before came as soon: whoever types costs nothing.
 */
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";

/** Milliseconds after a packet. */
const MOMENT = 1;

export class BusyPoll {
  #until = 0;
  #polls = false;
  /** With one processor the client could not run meanwhile. */
  readonly #possible = availableParallelism() > 1;

  /** Bytes have come from the client. */
  heard(): void {
    const now = performance.now();
    const isQuick = now < this.#until;
    this.#until = now + MOMENT;
    if (!isQuick || this.#polls || !this.#possible) return;
    this.#polls = true;
    setImmediate(this.#poll);
  }

  /** An immediate callback has the event loop look at its sockets without waiting. */
  readonly #poll = (): void => {
    if (performance.now() < this.#until) setImmediate(this.#poll);
    else this.#polls = false;
  };
}
