/** A processor that runs a random loop slice by slice; a fault skips its instruction. */
import type { Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { EmulatedRunner } from "../oracle/emulated.js";
import type { Case } from "../oracle/native.js";

export class SequenceMachine {
  private readonly runner = new EmulatedRunner();
  private case: Case | undefined;
  private patched: number[] = [];
  private starts: number[] = [];

  constructor(tiers: Tiers) {
    this.cpu.setTiers(tiers);
  }
  get cpu(): EmulatedRunner["cpu"] {
    return this.runner.cpu;
  }

  load(c: Case): void {
    if (this.case) this.runner.end(this.case, this.patched);
    this.runner.clean();
    this.case = c;
    this.patched = this.runner.start(c);
    this.starts = [];
    let at = c.at;
    for (const part of c.parts) {
      this.starts.push(at);
      at += part.length;
    }
  }

  /** Executes so many instructions; everything that can be told of the processor afterwards, memory aside, as a line. */
  run(count: number): string {
    const { cpu } = this;
    const p = cpu.processor;
    const end = cpu.retired + count;
    const faults: string[] = [];
    for (let tries = 0; cpu.retired < end && tries < 100; tries++) {
      const exit = cpu.run(end - cpu.retired);
      if (exit.kind !== "shutdown") continue;
      const fault = exit.chain[0]!;
      faults.push(`${fault.vector}/${fault.errorCode}@${p.eip.toString(16)}`);
      p.setWord(L.EIP, this.starts.find((at) => at > p.eip) ?? this.case!.at);
    }
    const words = Array.from({ length: L.BUDGET / 4 }, (_, n) => p.word(4 * n).toString(16));
    const selectors = Array.from({ length: 6 }, (_, n) => p.selector(n).toString(16));
    return `${cpu.retired - end} words ${words.join(" ")} selectors ${selectors.join(" ")} faults ${faults.join(" ")}`;
  }
  memory(): Uint32Array {
    return this.runner.data.slice();
  }
}
