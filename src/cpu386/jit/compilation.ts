/**
 * A region in the making. The run goes on by the cold tier between its steps, so blocks may be forgotten meanwhile; a compilation
 * that one of them was part of is to be given up.
 */
import * as L from "../layout.js";
import { type Compiled, compile, type Source, STEP } from "./compile.js";
import type { PlacedTable } from "./entry-tables.js";
import type { StaticOptions } from "./facts.js";
import type { Formed } from "./form.js";

export class Compilation {
  /** First records of the blocks it is made from. */
  readonly blocks: ReadonlySet<number>;
  /** The processor's state at its beginning: what regions assume is taken from there. */
  readonly state: Int32Array;
  table: PlacedTable | undefined;
  private readonly steps: Generator<number, Compiled>;

  /** @param place makes the table of the entries */
  constructor(
    { i32, shapes }: Omit<Source, "state">,
    readonly formed: Formed,
    options: Omit<StaticOptions, "loadedSegments" | "narrow">,
    place: (entries: readonly number[]) => PlacedTable,
  ) {
    this.blocks = new Set(formed.drafts.map((d) => d.block));
    this.state = i32.slice(0, L.STATE_END >> 2);
    this.steps = compile({ i32, state: this.state, shapes }, formed, options, (offsets) => (this.table = place(offsets)));
  }

  /** Goes on a little; what it has come to, once it is complete. */
  step(): Compiled | undefined {
    for (let worth = 0; worth < STEP; ) {
      const { done, value } = this.steps.next();
      if (done) return value;
      worth += value;
    }
    return undefined;
  }
}
