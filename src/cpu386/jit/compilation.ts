/**
 * A region in the making. The run goes on by the cold tier between its steps, so blocks may be forgotten meanwhile; a compilation
 * that one of them was part of is to be given up.
 */
import * as L from "../layout.js";
import { type Compiled, compile, type Source, STEP } from "./compile.js";
import type { PlacedTable } from "./entry-tables.js";
import type { StaticOptions } from "./facts.js";
import type { Formed } from "./form.js";

/** Compiles a module while the run goes on. */
export type CompileBeside = (bytes: Uint8Array) => Promise<WebAssembly.Module>;

/** A region's module, compiled, and what is known of it. */
export interface Ready {
  readonly compiled: Compiled;
  readonly module: WebAssembly.Module;
}

export class Compilation {
  /** First records of the blocks it is made from. */
  readonly blocks: ReadonlySet<number>;
  /** The processor's state at its beginning: what regions assume is taken from there. */
  readonly state: Int32Array;
  table: PlacedTable | undefined;
  private readonly steps: Generator<number, Compiled>;
  /** The engine is at work on the module. */
  private isBeside = false;
  private ready: Ready | undefined;

  /**
   * @param place makes the table of the entries
   * @param beside undefined: the run waits for the engine
   */
  constructor(
    { i32, shapes }: Omit<Source, "state">,
    readonly formed: Formed,
    readonly options: Omit<StaticOptions, "loadedSegments" | "narrow">,
    place: (entries: readonly number[]) => PlacedTable,
    private readonly beside: CompileBeside | undefined,
  ) {
    this.blocks = new Set(formed.drafts.map((d) => d.block));
    this.state = i32.slice(0, L.STATE_END >> 2);
    this.steps = compile(
      { i32, state: this.state, shapes },
      formed,
      options,
      (offsets) => (this.table = place(offsets)),
      beside !== undefined,
    );
  }

  /** Goes on a little; what it has come to, once it is complete. */
  step(): Ready | undefined {
    for (let worth = 0; worth < STEP && !this.ready && !this.isBeside; ) {
      const { done, value } = this.steps.next();
      if (done) this.make(value);
      else worth += value;
    }
    return this.ready;
  }
  private make(compiled: Compiled): void {
    const bytes = compiled.module as Uint8Array<ArrayBuffer>;
    const wait = (): void => {
      this.ready = { compiled, module: new WebAssembly.Module(bytes) };
    };
    if (!this.beside) return wait();
    this.isBeside = true;
    const done = (module: WebAssembly.Module): void => {
      this.ready = { compiled, module };
    };
    // What the engine cannot do beside the run, it says when it is waited for.
    this.beside(bytes).then(done, wait);
  }
}
