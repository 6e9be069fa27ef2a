/** A small seeded generator of random numbers: the same seed gives the same cases on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }
  /** An unsigned 32-bit number (a Weyl sequence through a mixing function). */
  word(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }
  below(n: number): number {
    return this.word() % n;
  }
  /** From low to high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
  /** Operand values: boundaries of every size, small numbers, and anything. */
  value(): number {
    switch (this.below(4)) {
      case 0:
        return this.pick(BOUNDARIES) >>> 0;
      case 1:
        return (this.below(64) - 32) >>> 0;
      default:
        return this.word();
    }
  }
}

const BOUNDARIES = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7f80, 0x8000ffff, 0x0f, 0x10,
];
