/** The tables in which regions look up where dynamic jumps lead: no collisions, so one load and one compare. */
import * as L from "../layout.js";
import type { EntryTable } from "./structure.js";

const ENTRY_BYTES = 8;

export interface PlacedTable extends EntryTable {
  readonly slots: number;
}

export class EntryTables {
  private next: number = L.ENTRY_TABLES;
  private readonly free = new Map<number, number[]>();

  constructor(private readonly i32: Int32Array) {}

  /** @returns undefined if there is no room */
  place(offsets: readonly number[]): PlacedTable | undefined {
    const { slots, shift } = hashFor(offsets);
    const address = this.free.get(slots)?.pop() ?? this.take(slots);
    if (address === undefined) return undefined;
    const mask = slots - 1;
    const at = (ip: number): number => ((ip ^ (ip >>> shift)) & mask) * (ENTRY_BYTES / 4) + (address >> 2);
    for (let n = 0; n < slots; n++) {
      const w = (address >> 2) + n * (ENTRY_BYTES / 4);
      // An offset that is looked for elsewhere: 0 in the first slot, any other there.
      this.i32[w] = n === 0 ? 1 : 0;
      this.i32[w + 1] = 0;
    }
    offsets.forEach((ip, n) => {
      this.i32[at(ip)] = ip;
      this.i32[at(ip) + 1] = n + 1;
    });
    return { address, shift, mask, slots };
  }
  release({ address, slots }: PlacedTable): void {
    const list = this.free.get(slots);
    if (list) list.push(address);
    else this.free.set(slots, [address]);
  }
  forget(): void {
    this.next = L.ENTRY_TABLES;
    this.free.clear();
  }

  private take(slots: number): number | undefined {
    const address = this.next;
    if (address + slots * ENTRY_BYTES > L.ENTRY_TABLES_END) return undefined;
    this.next += slots * ENTRY_BYTES;
    return address;
  }
}

/** The smallest table, and a shift, that give every offset a slot of its own. */
function hashFor(offsets: readonly number[]): { slots: number; shift: number } {
  let slots = 4;
  while (slots < offsets.length) slots *= 2;
  for (; ; slots *= 2) {
    for (let shift = 1; shift < 20; shift++) {
      if (new Set(offsets.map((ip) => (ip ^ (ip >>> shift)) & (slots - 1))).size === offsets.length) return { slots, shift };
    }
  }
}
