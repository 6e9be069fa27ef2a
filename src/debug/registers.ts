/** Registers by name, of the running thread and of those that are not. */
import { linear } from "../cpu386/address.js";
import type { Cpu } from "../cpu386/cpu.js";
import { GuestFault } from "../cpu386/fault.js";
import { fromBytes, toBytes } from "../cpu386/fpu/convert.js";
import * as L from "../cpu386/layout.js";
import { peekPhysicalNumber } from "../cpu386/peek.js";
import type { Processor } from "../cpu386/processor.js";
import { install, loadSegment, locateDescriptor, SEGMENT, SEGMENT_NAMES } from "../cpu386/segment.js";
import type { RegisterInfo, Registers, ThreadId } from "./target.js";
import { GENERAL_NAMES, type SavedRegisters, SELECTOR_NAMES, type Threads } from "./threads.js";
import { offsetOf, type Place, shownAs, type Views } from "./views.js";

/** Of a descriptor's eight (SDM volume 3, figure 3-8). */
const ACCESS_BYTE = 5;

const CONTROL: Readonly<Record<string, number>> = {
  cr0: L.CR0,
  cr2: L.CR2,
  cr3: L.CR3,
  cr4: L.CR4,
  gdtr_base: L.GDTR_BASE,
  gdtr_limit: L.GDTR_LIMIT,
  idtr_base: L.IDTR_BASE,
  idtr_limit: L.IDTR_LIMIT,
  ...Object.fromEntries([0, 1, 2, 3, 6, 7].map((n) => [`dr${n}`, L.DR + n * 4])),
  cpl: L.CPL,
};

const SEGMENT_FIELDS = { base: L.BASE, limit: L.LIMIT, attributes: L.ATTRIBUTES, selector: L.SELECTOR } as const;

const info = (name: string, type = "uint32"): RegisterInfo => ({ name, bits: 32, type, group: "system" });
const SYSTEM: readonly RegisterInfo[] = [
  ...SELECTOR_NAMES.flatMap((s) => [info(`${s}_base`, "data_ptr"), info(`${s}_limit`), info(`${s}_attributes`)]),
  ...["ldtr", "tr"].flatMap((s) => [info(`${s}_selector`), info(`${s}_base`, "data_ptr"), info(`${s}_limit`), info(`${s}_attributes`)]),
  ...Object.keys(CONTROL).map((name) => info(name)),
];

function addressOf(name: string): number | undefined {
  const control = CONTROL[name];
  if (control !== undefined) return control;
  const [segment, field] = name.split("_");
  const n = (SEGMENT_NAMES as readonly string[]).indexOf(segment!.toUpperCase());
  const at = SEGMENT_FIELDS[field as keyof typeof SEGMENT_FIELDS];
  return n < 0 || at === undefined ? undefined : L.SEGMENTS + n * L.SEGMENT_BYTES + at;
}
/** Where a name of SYSTEM is kept. */
const SYSTEM_ADDRESS = new Map(SYSTEM.map(({ name }) => [name, addressOf(name)]));

/**
 * The status word holds TOP, and st0 is what TOP points to. To a debugger st0 to st7 are registers like others, as in the image that fxsave
 * makes: they keep their contents when TOP is written. gdb's `return 5.0` writes st0 first and then TOP.
 */
function writeStatus({ x87 }: Processor, value: number): void {
  const stack = [0, 1, 2, 3, 4, 5, 6, 7];
  const contents = stack.map((n) => x87.get(n));
  const { tags } = x87;
  x87.restoreStatus(value & 0xffff);
  for (const n of stack) x87.set(n, contents[n]!);
  // Tags belong to the physical registers.
  x87.tags = tags;
}

interface X87Word {
  readonly read: (p: Processor) => number;
  readonly write: (p: Processor, value: number) => void;
}
/** A word of the x87's last instruction: gdb writes back what it read after a call of its own. */
const at = (address: number, mask: number): X87Word => ({
  read: (p) => p.word(address),
  write: (p, value) => p.setWord(address, value & mask),
});

/** The x87's words by gdb's names. */
const X87_WORDS: Readonly<Record<string, X87Word>> = {
  fctrl: {
    read: (p) => p.x87.control,
    write: (p, value) => {
      p.x87.control = value;
    },
  },
  fstat: { read: (p) => p.x87.status, write: writeStatus },
  ftag: {
    read: (p) => p.x87.tags,
    write: (p, value) => {
      p.x87.tags = value;
    },
  },
  fiseg: at(L.FPU_CS, 0xffff),
  fioff: at(L.FPU_IP, 0xffffffff),
  foseg: at(L.FPU_DS, 0xffff),
  fooff: at(L.FPU_DP, 0xffffffff),
  fop: at(L.FPU_OPCODE, 0x7ff),
};
/** st0 to st7, by number; undefined for another name. */
const STACK_REGISTERS = new Map([0, 1, 2, 3, 4, 5, 6, 7].map((n) => [`st${n}`, n]));
const stackRegister = (name: string): number | undefined => STACK_REGISTERS.get(name);

function word(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}

const GENERAL_NUMBERS = new Map<string, number>(GENERAL_NAMES.map((name, n) => [name, n]));
const isStackAddress = (name: string): boolean => name === "esp" || name === "ebp";

export class DebugRegisters implements Registers {
  readonly system = SYSTEM;
  /** Called before a register of the processor becomes another. */
  beforeWrite: (() => void) | undefined;

  constructor(
    private readonly cpu: Cpu,
    private readonly threads: Threads,
    private readonly views: Views,
  ) {}

  private isCurrent(id: ThreadId): boolean {
    const current = this.threads.current();
    return current.space === id.space && current.thread === id.thread;
  }

  read(thread: ThreadId, name: string): Uint8Array | undefined {
    // There is one x87; which thread's values it holds is the kernel's business.
    const { processor: p } = this.cpu;
    const st = stackRegister(name);
    if (st !== undefined) return toBytes(p.x87.get(st));
    if (X87_WORDS[name]) return word(X87_WORDS[name].read(p));
    const value = this.value(thread, name);
    return value === undefined ? undefined : word(value);
  }

  /** A register as a number, in the terms of the view of the thread's space: the kernel's eip, esp and ebp are linear addresses. */
  value(thread: ThreadId, name: string): number | undefined {
    const { processor: p } = this.cpu;
    const system = SYSTEM_ADDRESS.get(name);
    if (system !== undefined) return p.word(system);
    const live = this.isCurrent(thread);
    const saved = live ? undefined : this.threads.saved(thread);
    if (!live && !saved) return this.unknown(thread, name);
    const view = this.views.of(thread.space);
    if (name === "eip") return shownAs(view, saved ? saved.eip : p.eip, this.segment(SEGMENT.CS, saved));
    const general = GENERAL_NUMBERS.get(name);
    if (general !== undefined) {
      const raw = saved ? saved.general[general]! : p.word(general * 4);
      return isStackAddress(name) ? shownAs(view, raw, this.segment(SEGMENT.SS, saved)) : raw;
    }
    if (name === "eflags") return saved ? saved.eflags : p.flags;
    const selector = (SELECTOR_NAMES as readonly string[]).indexOf(name);
    if (selector >= 0) return saved ? saved.selectors[selector] : p.selector(selector);
    return undefined;
  }

  private segment(n: typeof SEGMENT.CS | typeof SEGMENT.SS, saved: SavedRegisters | undefined): Place {
    if (saved) return n === SEGMENT.CS ? saved.code : saved.stack;
    return this.cpu.processor.segment(n);
  }

  /** Registers of a thread that has not run yet: zeros, with the executable's entry point as eip so that its place has a name. */
  private unknown(thread: ThreadId, name: string): number | undefined {
    if (name === "eip") return this.entryOf?.(thread.space) ?? 0;
    if (name === "eflags") return 2;
    return (GENERAL_NAMES as readonly string[]).includes(name) || (SELECTOR_NAMES as readonly string[]).includes(name) ? 0 : undefined;
  }
  /** Entry point of a space's executable. */
  entryOf: ((space: number) => number | undefined) | undefined;

  write(thread: ThreadId, name: string, bytes: Uint8Array): true | string {
    const st = stackRegister(name);
    if (st !== undefined) {
      if (bytes.length !== 10) return `${name} takes 10 bytes`;
      const { x87 } = this.cpu.processor;
      if (Buffer.compare(toBytes(x87.get(st)), bytes) === 0) return true;
      this.beforeWrite?.();
      const { tags } = x87;
      x87.set(st, fromBytes(bytes));
      // A register that is empty stays empty: only its contents are changed.
      x87.tags = tags;
      return true;
    }
    if (bytes.length < 4) return `${name} takes 4 bytes`;
    const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const { processor: p } = this.cpu;
    const x87 = X87_WORDS[name];
    if (x87) {
      if (x87.read(p) === value) return true;
      this.beforeWrite?.();
      x87.write(p, value);
      return true;
    }
    // Written back as it was is no change: a debugger restores all there is after a call of its own.
    const system = SYSTEM_ADDRESS.get(name);
    if (system !== undefined && p.word(system) === value) return true;
    if (system !== undefined) return `${name} is shown only; change the descriptor or use the guest's own instructions`;
    if (this.value(thread, name) === value) return true;
    const saved = this.isCurrent(thread) ? undefined : this.threads.saved(thread);
    const view = this.views.of(thread.space);
    const general = (GENERAL_NAMES as readonly string[]).indexOf(name);
    const offset =
      name === "eip"
        ? offsetOf(view, value, this.segment(SEGMENT.CS, saved), saved?.eip ?? p.eip)
        : isStackAddress(name)
          ? offsetOf(view, value, this.segment(SEGMENT.SS, saved), saved?.general[general] ?? p.word(general * 4))
          : value;
    if (!this.isCurrent(thread)) return this.threads.writeSaved(thread, name, offset);
    this.beforeWrite?.();
    if (general >= 0) p.setWord(general * 4, offset);
    else if (name === "eip") p.setWord(L.EIP, offset);
    else if (name === "eflags") p.flags = value;
    else return this.writeSelector(name, value);
    return true;
  }

  /** Where the byte of a selector's descriptor lies that has its accessed bit; undefined if it has no descriptor. */
  private accessByte(selector: number): number | undefined {
    const { processor } = this.cpu;
    const at = processor.protectedMode && !processor.virtual8086 ? locateDescriptor(processor, selector) : undefined;
    return at === undefined ? undefined : processor.paging.peek(linear(at + ACCESS_BYTE));
  }

  /** Loading a selector is the processor's business, checks included; CS changes by a far transfer only. */
  private writeSelector(name: string, value: number): true | string {
    const n = (SELECTOR_NAMES as readonly string[]).indexOf(name);
    if (n < 0) return `there is no register ${name} to write`;
    if (n === SEGMENT.CS) return "cs cannot be written: only a far transfer loads it";
    const { processor } = this.cpu;
    const before = processor.segment(n);
    const access = this.accessByte(value & 0xffff);
    const unmarked = access === undefined ? undefined : peekPhysicalNumber(processor, access, 1);
    try {
      loadSegment(processor, n, value & 0xffff);
      const marked = access === undefined ? undefined : peekPhysicalNumber(processor, access, 1);
      // The processor has set the descriptor's accessed bit, but on a debugger's behalf: the history has to know of it.
      if (marked !== unmarked) processor.memory.onPoke?.(access!, Uint8Array.of(marked!));
      return true;
    } catch (e) {
      if (!(e instanceof GuestFault)) throw e;
      install(processor, n, before);
      return `${name} = 0x${value.toString(16)}: ${e.facts.rule}`;
    }
  }
}
