/** Where time goes: how often grants of instructions ended at which offset, and how long the next one should be. */

/** When code is compiled. */
export interface Schedule {
  /** Instructions of a grant while much is executed cold, and at most. */
  readonly shortest: number;
  readonly longest: number;
  /** Samples at one offset that make it hot. 0: everything is compiled before it is executed for the first time. */
  readonly samples: number;
  /** Each compilation at an offset asks for so many times more samples. */
  readonly backoff: number;
}
export const STANDARD: Schedule = { shortest: 20_000, longest: 4_000_000, samples: 2, backoff: 4 };

/** Offsets remembered per code context. */
const MAX_OFFSETS = 2048;

interface Spot {
  samples: number;
  /** How many samples the next compilation wants. */
  wanted: number;
}

export class Heat {
  private readonly contexts = new Map<number, Map<number, Spot>>();
  /** Instructions between samples now, and those left until the next. */
  grant: number;
  left: number;

  constructor(private readonly schedule: Schedule = STANDARD) {
    this.grant = this.left = schedule.shortest;
  }
  /** Whether code is to be compiled before it has been executed. */
  get isImmediate(): boolean {
    return this.schedule.samples === 0;
  }

  /** @returns whether code at the offset should be compiled now */
  sample(context: number, ip: number, hot: boolean): boolean {
    const wanted = this.note(context, ip, hot);
    this.left = this.grant;
    return wanted;
  }
  private note(context: number, ip: number, hot: boolean): boolean {
    const { shortest, longest, samples, backoff } = this.schedule;
    if (hot) {
      this.grant = Math.min(longest, this.grant * 2);
      return false;
    }
    let spots = this.contexts.get(context);
    if (!spots || spots.size > MAX_OFFSETS) this.contexts.set(context, (spots = new Map()));
    let spot = spots.get(ip);
    if (!spot) spots.set(ip, (spot = { samples: 0, wanted: samples }));
    spot.samples++;
    if (spot.samples < spot.wanted) {
      // Nothing can be done about it: look less often.
      this.grant = spot.wanted > samples ? Math.min(longest >> 4, this.grant * 2) : shortest;
      return false;
    }
    spot.wanted *= backoff;
    this.grant = shortest;
    return true;
  }

  /** Offsets of a context with at least one sample, those with the most first. */
  hottest(context: number, count: number): number[] {
    const spots = [...(this.contexts.get(context) ?? [])];
    return spots
      .sort((a, b) => b[1].samples - a[1].samples)
      .slice(0, count)
      .map(([ip]) => ip);
  }
  forget(): void {
    this.contexts.clear();
    this.grant = this.left = this.schedule.shortest;
  }
}
