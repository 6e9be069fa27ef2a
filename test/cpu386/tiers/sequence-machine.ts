/** A processor that runs a random loop slice by slice; a fault skips its instruction. */

import { physical } from "../../../src/cpu386/address.js";
import type { Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { writeCr0 } from "../../../src/cpu386/operations/system.js";
import { little } from "../machine.js";
import { EmulatedRunner } from "../oracle/emulated.js";
import { type Case, DATA, WINDOW } from "../oracle/native.js";

const RAM = 1 << 21;
const DIRECTORY = 0x1f0000;
const TABLE = DIRECTORY + 0x1000;
/** Present, writable, user; accessed and dirty, so that memory does not tell who looked first. */
const OPEN = 0x67;
const READ_ONLY = 0x65;

/** Maps RAM to itself, but the data's pages in another order, one of them read-only and one not present. */
function mapPages(m: SequenceMachine): void {
  const { processor: p } = m.cpu;
  const poke = (at: number, value: number): void => {
    p.memory.poke(physical(at), Uint8Array.from(little(value, 4)));
  };
  poke(DIRECTORY, TABLE | OPEN);
  const [first, pages] = [DATA >>> 12, WINDOW >>> 12];
  for (let page = 0; page < RAM >>> 12; page++) {
    const n = page - first;
    const to = n >= 0 && n < pages ? first + ((n * 5 + 3) % pages) : page;
    poke(TABLE + 4 * page, (to << 12) | (n === 7 ? READ_ONLY : n === 11 ? 0 : OPEN));
  }
  p.setWord(L.CR3, DIRECTORY);
  writeCr0(p, 0x80000001);
}

export class SequenceMachine {
  private readonly runner = new EmulatedRunner();
  private case: Case | undefined;
  private patched: number[] = [];
  private starts: number[] = [];

  constructor(tiers: Tiers, paging = false) {
    this.cpu.setTiers(tiers);
    if (paging) mapPages(this);
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
  memory(): Uint8Array {
    const { buffer, byteOffset, byteLength } = this.runner.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
}
