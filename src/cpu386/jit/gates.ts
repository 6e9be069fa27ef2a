/**
 * Ways from the cold tier into regions: the first record of a block may be a gate, whose handler number names a chain of regions to try,
 * compiled for different segment registers.
 */
import * as L from "../layout.js";

export interface Gate<Region> {
  readonly slot: number;
  readonly region: Region;
}

interface Chain<Region> {
  /** The record's own handler. */
  readonly original: number;
  readonly gates: Gate<Region>[];
}

export class Gates<Region> {
  private readonly chains = new Map<number, Chain<Region>>();
  private readonly free: number[] = [];
  // 0 ends a chain.
  private next = 1;

  constructor(private readonly i32: Int32Array) {}

  get isFull(): boolean {
    return this.free.length === 0 && this.next >= L.MAX_GATES;
  }
  /** Regions tried at a record. */
  at(record: number): readonly Gate<Region>[] {
    return this.chains.get(record)?.gates ?? [];
  }

  /** The newest gate is tried first: what it leads to was formed with the most known. */
  open(record: number, region: Region, tableIndex: number, entry: number): void {
    const slot = this.free.pop() ?? this.next++;
    let chain = this.chains.get(record);
    if (!chain) this.chains.set(record, (chain = { original: this.i32[record >> 2]!, gates: [] }));
    chain.gates.unshift({ slot, region });
    const w = (L.GATES + slot * L.GATE_BYTES) >> 2;
    this.i32[w + L.GATE.function / 4] = tableIndex;
    this.i32[w + L.GATE.entry / 4] = entry;
    this.link(record, chain);
  }

  /** @param records whose gates may lead to the region */
  close(records: Iterable<number>, region: Region): void {
    for (const record of records) {
      const chain = this.chains.get(record);
      if (!chain) continue;
      for (let n = chain.gates.length - 1; n >= 0; n--) {
        if (chain.gates[n]!.region === region) this.free.push(...chain.gates.splice(n, 1).map((g) => g.slot));
      }
      this.link(record, chain);
      if (chain.gates.length === 0) this.chains.delete(record);
    }
  }
  /** The records are no more. */
  forget(): void {
    this.chains.clear();
    this.free.length = 0;
    this.next = 1;
  }

  /** The handler the record would have if it were no gate; undefined if it is none. */
  original(record: number): number | undefined {
    return this.i32[record >> 2]! >= L.REGION_HANDLER ? this.chains.get(record)?.original : undefined;
  }
  /** What the record's handler should be, after it was replaced for a while. */
  handler(record: number): number | undefined {
    const first = this.chains.get(record)?.gates[0];
    return first && L.REGION_HANDLER + first.slot;
  }

  private link(record: number, { original, gates }: Chain<Region>): void {
    gates.forEach(({ slot }, n) => {
      this.i32[(L.GATES + slot * L.GATE_BYTES + L.GATE.next) >> 2] = gates[n + 1]?.slot ?? 0;
    });
    const now = this.i32[record >> 2]!;
    // A record that has gone stale, or has a breakpoint now, stays so.
    if (now < L.REGION_HANDLER && now !== original) return;
    this.i32[record >> 2] = gates.length > 0 ? L.REGION_HANDLER + gates[0]!.slot : original;
  }
}
