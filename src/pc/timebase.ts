/**
 * Converts between readings of the board's clock and ticks of a crystal, in whole numbers and without drift.
 *
 * Tick n happens at the first clock reading r with r * hz >= n * ips. Products are split at whole seconds, so that all intermediate
 * values stay exact below 2^53 as long as ips * hz does: up to 7.5 thousand million instructions a second with the PIT's crystal.
 */
export class TimeBase {
  constructor(
    readonly hz: number,
    readonly ips: number,
  ) {
    if (!Number.isSafeInteger(hz * ips)) throw new RangeError(`${ips} instructions per second is too fast for a ${hz} Hz device`);
  }

  /** Ticks that have happened when the clock reads `now`. */
  ticks(now: number): number {
    const part = now % this.ips;
    const seconds = (now - part) / this.ips;
    return seconds * this.hz + floorDivide(part * this.hz, this.ips);
  }

  /** The first clock reading at which `tick` has happened. */
  reading(tick: number): number {
    const part = tick % this.hz;
    const seconds = (tick - part) / this.hz;
    return seconds * this.ips + floorDivide(part * this.ips + this.hz - 1, this.hz);
  }
}

/** Unlike Math.floor(a / b), never wrong by rounding. */
function floorDivide(a: number, b: number): number {
  return (a - (a % b)) / b;
}
