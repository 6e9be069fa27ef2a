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
    const seconds = floorDivide(now, this.ips);
    const part = now - seconds * this.ips;
    return seconds * this.hz + floorDivide(part * this.hz, this.ips);
  }

  /** The first clock reading at which `tick` has happened. */
  reading(tick: number): number {
    const seconds = floorDivide(tick, this.hz);
    const part = tick - seconds * this.hz;
    return seconds * this.ips + floorDivide(part * this.ips + this.hz - 1, this.hz);
  }
}

/**
 * a / b rounded down, for whole numbers below 2^53 in size and b > 0. Dividing them rounds by less than 1 / b, and what is no whole number is
 * at least as far from one. The operator % would do as well, but is many times slower on numbers of more than 32 bits.
 */
export function floorDivide(a: number, b: number): number {
  return Math.floor(a / b);
}

/** What floorDivide leaves: a modulo b, below b and never negative. */
export function modulo(a: number, b: number): number {
  return a - floorDivide(a, b) * b;
}
