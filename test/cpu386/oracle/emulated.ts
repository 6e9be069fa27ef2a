/** The same cases on our processor: ring 3, an LDT like the host's, and no IDT, so that the first fault ends a case with nothing changed. */
import { linear, physical } from "../../../src/cpu386/address.js";
import { Cpu, type Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { decodeDescriptor, install, loadSegment, markAccessed, SEGMENT } from "../../../src/cpu386/segment.js";
import { COLD, requireAlike, verifies } from "../../support/tiers.js";
import { type Case, CODE, DATA, ENDLESS, KEPT_CHANGES, LDT_ENTRIES, type LdtEntry, type Outcome, template, WINDOW } from "./native.js";

const GDT = 0x9000;
const LDT_BASE = 0xa000;
/** Bounds a case that would go on for ever; the longest repeats over the whole window. */
const MOST_INSTRUCTIONS = 200_000;

function descriptor(d: LdtEntry): [number, number] {
  const type = (d.contents << 2) | (d.restricted ? 0 : 2) | 1;
  const low = (d.limit & 0xffff) | (d.base << 16);
  const high =
    ((d.base >>> 16) & 0xff) |
    (d.base & 0xff000000) |
    (((d.absent ? 0x70 : 0xf0) | type) << 8) |
    (d.limit & 0xf0000) |
    ((d.wide ? 1 : 0) << 22) |
    ((d.pages ? 1 : 0) << 23);
  return [low, high];
}

export class EmulatedRunner {
  readonly cpu = new Cpu(1 << 21);
  /** In a test run that verifies: one in the cold tier. */
  private readonly double: EmulatedRunner | undefined;
  private readonly template = template();
  private readonly window = new Uint32Array(this.cpu.processor.u8.buffer, L.RAM + DATA, WINDOW / 4);

  constructor(tiers?: Tiers) {
    if (tiers) this.cpu.setTiers(tiers);
    else if (verifies) this.double = new EmulatedRunner(COLD);
    const p = this.cpu.processor;
    const put = (at: number, [low, high]: [number, number]): void => {
      p.writeLinear(linear(at), 4, low);
      p.writeLinear(linear(at + 4), 4, high);
    };
    // Linux's flat user segments, at its selectors 0x23 and 0x2b.
    put(GDT + 0x20, [0xffff, 0xcffb00]);
    put(GDT + 0x28, [0xffff, 0xcff300]);
    for (const [n, d] of LDT_ENTRIES.entries()) put(LDT_BASE + 8 * n, descriptor(d));
    p.setWord(L.CR0, 1);
    p.setWord(L.GDTR_BASE, GDT);
    p.setWord(L.GDTR_LIMIT, 0x7f);
    install(p, SEGMENT.LDTR, { selector: 0x30, base: LDT_BASE, limit: LDT_ENTRIES.length * 8 - 1, attributes: 0x8200 });
    p.memory.poke(physical(CODE), new Uint8Array(WINDOW).fill(0xcc));
    this.window.set(this.template);
  }

  /** Everything as the case wants it, up to its first instruction. Returns what the patched words were. */
  start(c: Case): number[] {
    const p = this.cpu.processor;
    const { segments } = c;
    p.memory.poke(physical(CODE + c.at), Uint8Array.from(c.code));
    const before = c.patches.map(([at, value]) => {
      const old = this.template[at / 4]!;
      this.template[at / 4] = this.window[at / 4] = value;
      return old;
    });
    p.setWord(L.CPL, 3);
    const cs = decodeDescriptor(segments.cs, ...descriptor(LDT_ENTRIES[segments.cs >> 3]!));
    install(p, SEGMENT.CS, markAccessed(p, { ...cs, at: LDT_BASE + (segments.cs & ~7) }));
    for (const name of ["ss", "ds", "es", "fs", "gs"] as const) loadSegment(p, SEGMENT[name.toUpperCase() as "SS"], segments[name]);
    for (const [n, value] of c.regs.entries()) p.setWord(L.GPR + 4 * n, value);
    p.setWord(L.EIP, c.at);
    p.flags = c.flags;
    p.halted = p.shadow = p.attention = false;
    return before;
  }

  run(c: Case): Outcome {
    const outcome = this.execute(c);
    if (this.double) requireAlike(c.name, outcome, this.double.execute(c));
    return outcome;
  }
  private execute(c: Case): Outcome {
    const p = this.cpu.processor;
    const before = this.start(c);
    const exit = this.cpu.run(MOST_INSTRUCTIONS);
    const first = exit.kind === "shutdown" ? exit.chain[0]! : undefined;
    const outcome = {
      regs: Array.from({ length: 8 }, (_, n) => p.word(L.GPR + 4 * n)),
      ...this.ending(first?.vector, first?.errorCode, p.eip),
      flags: p.flags,
      selectors: [SEGMENT.CS, SEGMENT.SS, SEGMENT.DS, SEGMENT.ES, SEGMENT.FS, SEGMENT.GS].map((n) => p.selector(n)),
      ...this.compare(),
    };
    this.end(c, before);
    return outcome;
  }

  /** Takes the case's code and patches out. */
  end(c: Case, before: readonly number[]): void {
    for (let n = c.patches.length - 1; n >= 0; n--) {
      const at = c.patches[n]![0] / 4;
      this.template[at] = this.window[at] = before[n]!;
    }
    this.cpu.processor.memory.poke(physical(CODE + c.at), new Uint8Array(c.code.length).fill(0xcc));
  }
  /** All of the memory that cases can reach for writing. */
  get data(): Uint32Array {
    return this.window;
  }
  /** Memory as it is before any case. */
  clean(): void {
    this.window.set(this.template);
  }

  /** int3 and into fail here for want of an IDT, and are traps on the host, which reports the offset behind them. */
  private ending(vector: number | undefined, errorCode = 0, eip: number): { vector: number; errorCode: number; eip: number } {
    if (vector === undefined) return { vector: ENDLESS, errorCode: 0, eip };
    const gate = errorCode >> 3;
    if (vector !== 13 || !(errorCode & 2) || (gate !== 3 && gate !== 4)) return { vector, errorCode, eip };
    const opcode = gate === 3 ? 0xcc : 0xce;
    let end = eip;
    while (this.cpu.processor.u8[L.RAM + CODE + end++] !== opcode);
    return { vector: gate, errorCode: 0, eip: end };
  }

  private compare(): { changes: [number, number][]; hash: number } {
    const changes: [number, number][] = [];
    let hash = 0;
    const { window, template } = this;
    for (let n = 0; n < window.length; n++) {
      const value = window[n]!;
      if (value === template[n]) continue;
      if (changes.length < KEPT_CHANGES) changes.push([n * 4, value]);
      hash = Math.imul(hash ^ (n * 4), 0x01000193);
      hash = Math.imul(hash ^ value, 0x01000193);
      window[n] = template[n]!;
    }
    return { changes, hash: hash >>> 0 };
  }
}
