/** The cold tier: an instance of the interpreter for each variant, and the time at which V8 is to optimise one. */
import type { DynamicOptions } from "./wasm/accesses.js";
import { interpreterModule, OPTIMISES_INTERPRETER, optimiseInterpreter, VARIANTS } from "./wasm/load.js";

/** Goes on from a record. @returns an EXIT */
export type Run = (record: number) => number;

/**
 * Instructions executed by the interpreter as V8 first compiles it, until it is optimised, which makes it more than twice as fast. That takes V8
 * up to three quarters of a second in a thread of its own, in which no process ends and no region gets its turn: what is short has no use for it.
 */
const PATIENCE = 80_000_000;

export class ColdTier {
  /** By the number of their variant. */
  private readonly instances: (Run | undefined)[] = [];
  private readonly asked = new Set<number>();
  /** Instructions until one is optimised. */
  left = PATIENCE;
  /** Whether the run returns to the event loop: without, it waits for V8. */
  isBeside = false;

  constructor(private readonly importsOf: (options: DynamicOptions) => Record<string, unknown>) {}

  /** @param variant its number */
  run(variant: number): Run {
    return (this.instances[variant] ??= this.instantiate(variant));
  }
  private instantiate(variant: number): Run {
    const options = VARIANTS[variant]!;
    return new WebAssembly.Instance(interpreterModule(options), { e: this.importsOf(options) }).exports.run as Run;
  }

  /** A variant has executed so many instructions since it was entered. */
  executed(variant: number, instructions: number): void {
    this.left -= instructions;
    if (this.left < 0 && OPTIMISES_INTERPRETER && !this.asked.has(variant)) this.optimise(variant);
  }
  private optimise(variant: number): void {
    this.left = PATIENCE;
    this.asked.add(variant);
    const renew = (): void => {
      this.instances[variant] = undefined;
    };
    const done = optimiseInterpreter(VARIANTS[variant]!, this.isBeside);
    // What V8 cannot optimise, for want of memory say, stays as it is: it works.
    if (done) void done.then(renew, () => {});
    else renew();
  }
}
