/**
 * Quick paths: what segment loads, far transfers, int n and iret do is a function of the selector, the privilege level and the bytes of the
 * descriptors (and of the gate, and of the TSS's stack). So what an operation has led to is noted, with those bytes, and wasm/quick.ts does
 * the same again as long as the bytes are what they were. All rules stay in the operations.
 */
import type { Definition } from "./definitions/table.js";
import { FLAG } from "./flags.js";
import type { Instruction } from "./instruction.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import { ATTRIBUTE, locateDescriptor, SEGMENT, systemType } from "./segment.js";
import { generatedModule } from "./wasm/files.js";
import { generateQuick, QUICK_FUNCTIONS, QUICK_NAME, type QuickName } from "./wasm/quick.js";

const { Q } = L;
/** Words of the state that decide about all entries: where the tables are. */
const TABLES = [
  L.GDTR_BASE,
  L.GDTR_LIMIT,
  L.IDTR_BASE,
  L.IDTR_LIMIT,
  ...[L.LDTR, L.TR].flatMap((at) => [at + L.BASE, at + L.LIMIT, at + L.ATTRIBUTES]),
];
const INTERRUPT_GATE_32 = 14;
const TRAP_GATE_32 = 15;

export class QuickPaths {
  readonly functions: Record<QuickName, (...parameters: number[]) => number>;
  /** Off: everything is left to the operations. */
  enabled = true;
  private readonly tables = new Int32Array(TABLES.length);

  constructor(private readonly cpu: Processor) {
    const { exports } = new WebAssembly.Instance(generatedModule(QUICK_NAME, generateQuick), { e: { memory: cpu.wasmMemory } });
    const names = Object.keys(QUICK_FUNCTIONS) as QuickName[];
    this.functions = Object.fromEntries(names.map((name) => [name, exports[name]])) as QuickPaths["functions"];
  }

  /** Opens and closes the paths: whenever the processor begins to run, and after each system operation. */
  refresh(): void {
    const { cpu } = this;
    const { i32 } = cpu;
    let moved = false;
    for (let n = 0; n < TABLES.length; n++) {
      const now = i32[TABLES[n]! >> 2]!;
      if (now === this.tables[n]) continue;
      this.tables[n] = now;
      moved = true;
    }
    if (moved) this.forget();
    const rings = cpu.onRingChange ? 0 : L.QUICK_RINGS | (cpu.nmiBlocked ? 0 : L.QUICK_IRET);
    const leaves = cpu.interrupts.pending ? L.QUICK_LEAVES : 0;
    i32[L.QUICK >> 2] = (this.isOpen() ? L.QUICK_SEGMENTS | rings : 0) | leaves;
  }
  private isOpen(): boolean {
    const { cpu } = this;
    if (!this.enabled || cpu.onRead) return false;
    return cpu.protectedMode && !cpu.paging.enabled && cpu.memory.a20Mask === 0xffffffff;
  }

  forget(): void {
    this.cpu.u8.fill(0, L.QUICK_DATA, L.QUICK_END);
  }

  /**
   * After an operation that has a quick path, and has been executed by the slow one.
   * @param before privilege level before it
   */
  learn(i: Instruction, before: number): void {
    if (!(this.cpu.i32[L.QUICK >> 2]! & L.QUICK_SEGMENTS) || !this.isOpen()) return;
    const { name, far } = i.shape.definition;
    if (name === "int") this.learnInterrupt(i.immediate & 0xff, 0, before);
    else if (name === "iret") this.learnReturn(before);
    else if (far) this.learnCode(name.startsWith("ret") ? 1 : 0, before);
    else this.learnData(i);
  }

  private learnData(i: Instruction): void {
    const n = segmentLoadedBy(i.shape.definition, i.special);
    const selector = this.cpu.selector(n);
    if (n === SEGMENT.SS) return;
    const entry = this.entry(L.QUICK_DATA, selector >> 3);
    if (!this.note(entry, 0, selector)) return;
    this.keep(entry, Q.first, n);
    this.commit(entry, selector | (this.cpu.cpl << 16) | (1 << 20));
  }

  private learnCode(kind: 0 | 1, before: number): void {
    const { cpu } = this;
    if (cpu.cpl !== before) return;
    const selector = cpu.selector(SEGMENT.CS);
    const entry = this.entry(L.QUICK_CODE, (selector >> 3) + 31 * kind);
    if (!this.note(entry, 0, selector)) return;
    this.keep(entry, Q.first, SEGMENT.CS);
    this.set(entry, Q.stackSelector, cpu.i32[(L.SS + L.ATTRIBUTES) >> 2]! & ATTRIBUTE.big);
    this.keepContext(entry);
    // Only selectors that name this ring themselves come back as they are.
    this.commit(entry, selector | (cpu.cpl << 16) | (kind << 18) | (1 << 20));
  }

  /** An interrupt from outside, in ring 3; false: it is not known, or the way is closed. */
  external(vector: number): boolean {
    const { cpu } = this;
    this.refresh();
    if (!(cpu.i32[L.QUICK >> 2]! & L.QUICK_RINGS)) return false;
    return this.functions.interrupt(vector | L.QUICK_EXTERNAL, cpu.eip) !== 0;
  }
  /** After one that `external` did not know has been delivered and the code context selected. */
  learnExternal(vector: number, before: number): void {
    if (this.isOpen()) this.learnInterrupt(vector, L.QUICK_EXTERNAL, before);
  }

  private learnInterrupt(vector: number, kind: number, before: number): void {
    const { cpu } = this;
    if (before !== 3 || cpu.cpl !== 0) return;
    const at = cpu.word(L.IDTR_BASE) + vector * 8;
    const [low, high] = [this.word(at), this.word(at + 4)];
    const type = systemType(high & 0xff00);
    // What was delivered may have been a fault on the way.
    const target = (low & 0xffff) | (high & 0xffff0000);
    if (cpu.i32[L.EIP >> 2] !== target || (cpu.selector(SEGMENT.CS) ^ (low >>> 16)) & ~3 || !(high & ATTRIBUTE.present)) return;
    const tss = cpu.segment(SEGMENT.TR);
    if ((type !== INTERRUPT_GATE_32 && type !== TRAP_GATE_32) || systemType(tss.attributes)! < 8) return;
    if (!(cpu.segment(SEGMENT.SS).attributes & ATTRIBUTE.big) || !this.isRam(tss.base + 4, 8)) return;
    const entry = this.entry(L.QUICK_INTERRUPTS, vector);
    if (!this.note(entry, 0, cpu.selector(SEGMENT.CS)) || !this.note(entry, 1, cpu.selector(SEGMENT.SS)) || !this.noteAt(entry, 2, at))
      return;
    this.keep(entry, Q.first, SEGMENT.CS);
    this.keep(entry, Q.second, SEGMENT.SS);
    this.set(entry, Q.stackAt, L.RAM + tss.base + 4);
    this.set(entry, Q.stackSelector, cpu.selector(SEGMENT.SS));
    this.set(entry, Q.eip, cpu.word(L.EIP));
    this.set(entry, Q.flags, ~(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM | (type === INTERRUPT_GATE_32 ? FLAG.IF : 0)));
    this.keepContext(entry);
    this.commit(entry, vector | kind | (1 << 20));
  }

  private learnReturn(before: number): void {
    const { cpu } = this;
    if (before !== 0 || cpu.cpl !== 3 || !(cpu.segment(SEGMENT.SS).attributes & ATTRIBUTE.big)) return;
    const [cs, ss] = [cpu.selector(SEGMENT.CS), cpu.selector(SEGMENT.SS)];
    const entry = this.entry(L.QUICK_RETURNS, cs >> 3);
    if (!this.note(entry, 0, cs) || !this.note(entry, 1, ss)) return;
    this.keep(entry, Q.first, SEGMENT.CS);
    this.keep(entry, Q.second, SEGMENT.SS);
    this.keepContext(entry);
    this.commit(entry, cs | (ss << 16));
  }

  // Entries ----------------------------------------------------------------------------------------------------------------------
  /** An entry made invalid, to be filled. */
  private entry(table: number, index: number): number {
    const at = table + (index & (L.QUICK_ENTRIES - 1)) * L.QUICK_BYTES;
    this.set(at, Q.key, 0);
    return at;
  }
  private commit(entry: number, key: number): void {
    this.set(entry, Q.key, key);
  }
  private set(entry: number, field: number, value: number): void {
    this.cpu.i32[(entry + field) >> 2] = value;
  }
  private keep(entry: number, field: number, segment: number): void {
    const from = (L.SEGMENTS + segment * L.SEGMENT_BYTES) >> 2;
    this.cpu.i32.copyWithin((entry + field) >> 2, from, from + L.SEGMENT_WORDS);
  }
  private keepContext(entry: number): void {
    this.set(entry, Q.context, this.cpu.word(L.CONTEXT));
    this.set(entry, Q.salt, this.cpu.word(L.CONTEXT_SALT));
  }

  /** Takes down a selector's descriptor; false if it is not to be relied on. A null selector has none: nothing can change for it. */
  private note(entry: number, n: number, selector: number): boolean {
    if ((selector & 0xfffc) === 0) {
      const field = entry + Q.descriptors + n * Q.descriptorBytes;
      this.set(field, 0, field + 4);
      this.set(field, 4, 0);
      this.set(field, 8, 0);
      // What lies there is compared with itself.
      return true;
    }
    const at = locateDescriptor(this.cpu, selector);
    return at !== undefined && this.noteAt(entry, n, at) && (this.word(at + 4) & ATTRIBUTE.accessed) !== 0;
  }
  private noteAt(entry: number, n: number, at: number): boolean {
    if (!this.isRam(at, 8)) return false;
    const field = entry + Q.descriptors + n * Q.descriptorBytes;
    this.set(field, 0, L.RAM + at);
    this.set(field, 4, this.word(at));
    this.set(field, 8, this.word(at + 4));
    return true;
  }
  private isRam(at: number, length: number): boolean {
    return at + length <= this.cpu.memory.size;
  }
  /** A doubleword of RAM, which need not be aligned. */
  private word(at: number): number {
    const { u8 } = this.cpu;
    const a = L.RAM + at;
    return u8[a]! | (u8[a + 1]! << 8) | (u8[a + 2]! << 16) | (u8[a + 3]! << 24);
  }
}

const LOADED: Readonly<Record<string, number>> = {
  "pop-es": SEGMENT.ES,
  "pop-ds": SEGMENT.DS,
  "pop-fs": SEGMENT.FS,
  "pop-gs": SEGMENT.GS,
  les: SEGMENT.ES,
  lds: SEGMENT.DS,
  lfs: SEGMENT.FS,
  lgs: SEGMENT.GS,
};
/** The segment register that an instruction with a quick path loads. @param special the record's */
export const segmentLoadedBy = ({ name }: Definition, special: number): number => LOADED[name] ?? special;
