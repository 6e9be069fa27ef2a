/** Doublewords to be changed in the data window before a case: at most four. */
export class Patches {
  private readonly words = new Map<number, number>();

  constructor(private readonly pattern: Uint32Array) {}

  /** Places bytes at an offset if they fit the window and the number of patches; false if they do not. */
  put(at: number, bytes: readonly number[]): boolean {
    const offsets = new Set(bytes.map((_, n) => (at + n) & ~3));
    const added = [...offsets].filter((o) => !this.words.has(o)).length;
    if (at < 0 || at + bytes.length > 0x10000 || this.words.size + added > 4) return false;
    bytes.forEach((byte, n) => {
      const offset = (at + n) & ~3;
      const shift = ((at + n) & 3) * 8;
      const old = this.words.get(offset) ?? this.pattern[offset / 4]!;
      this.words.set(offset, ((old & ~(0xff << shift)) | (byte << shift)) >>> 0);
    });
    return true;
  }
  get list(): [number, number][] {
    return [...this.words];
  }
}
