/** Looks elsewhere in the past, and comes back. */
import type { Snapshot } from "./snapshots.js";
import type { Timeline } from "./timeline.js";

/** Turns of a search or a way that nobody interrupts. */
const TURN = 4_000_000;

/** Runs a generator to its end. */
export function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** To a moment between the beginning and the end. */
export function goTo(timeline: Timeline, count: number): void {
  drain(timeline.seek({ count, settled: true }, TURN));
}

/** Lets `visit` move about; afterwards all is as it was, whatever came of it. */
export function excursion<T>(timeline: Timeline, visit: (from: Snapshot) => T): T {
  const { past } = timeline;
  timeline.leave();
  const here = timeline.mark();
  try {
    return visit(here);
  } finally {
    // The visit may have come to the present, where the machine lives.
    timeline.leave();
    timeline.rewind(here);
    if (!past) timeline.arrive();
  }
}
