/** Addresses to names. */
import type { ElfFile } from "../pc/elf.js";

interface Named {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Functions and variables of an executable, by address. */
export class SymbolTable {
  private readonly sorted: readonly Named[];

  constructor(elf: ElfFile) {
    this.sorted = elf.symbols
      .filter((s) => s.name !== "" && s.section !== 0 && s.section < 0xff00 && ["function", "object", "none"].includes(s.type))
      .map((s) => ({ name: s.name, start: s.value, end: s.value + s.size, sized: s.size > 0 }))
      .sort((a, b) => a.start - b.start || Number(a.sized) - Number(b.sized));
  }

  /** Where the symbol of this name begins. */
  address(name: string): number | undefined {
    return this.sorted.find((symbol) => symbol.name === name)?.start;
  }

  /** "name+offset" of the symbol that covers an address; a symbol without a size reaches to the next one. */
  lookup(address: number): string | undefined {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.sorted[low - 1];
    if (!symbol || (symbol.end > symbol.start && address >= symbol.end)) return undefined;
    const offset = address - symbol.start;
    // A label without a size says nothing of what lies far behind it.
    if (symbol.end === symbol.start && offset >= 0x1000) return undefined;
    return offset === 0 ? symbol.name : `${symbol.name}+${offset}`;
  }
}
