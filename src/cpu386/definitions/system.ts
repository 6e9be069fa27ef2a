/** Far transfers, segment loads, flag control, I/O and system instructions (SDM volume 1, 5.1.9 to 5.1.12 and 5.21). */

import type { Emitter, Value } from "../emitter.js";
import { VECTOR } from "../fault.js";
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import * as io from "../operations/io.js";
import * as op from "../operations/system.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { Stack } from "../stack.js";
import { farCall, farJump, farReturn, interruptReturn } from "../transfer.js";
import { carry, setCarry } from "./flags.js";
import { popValue, push, releaseStack } from "./move.js";
import type { Definition, Shape } from "./table.js";

const wide = (i: Instruction): 2 | 4 => (i.size === 2 ? 2 : 4);
/** A far pointer operand: an offset of the operand size, then a selector. */
const pointer = (cpu: Processor, i: Instruction): { selector: number; eip: number } => ({
  eip: cpu.read(i.segment, i.effectiveAddress(), wide(i)),
  selector: cpu.read(i.segment, i.effectiveAddress(wide(i)), 2),
});

function popSegment(cpu: Processor, i: Instruction, n: number): void {
  const stack = Stack.current(cpu);
  const selector = stack.peek(0, wide(i)) & 0xffff;
  op.moveToSegment(cpu, n, selector);
  stack.move(wide(i));
  cpu.setWord(L.ESP, stack.pointer);
}

function popQuickly(e: Emitter, i: Shape, n: number): void {
  const size = i.size === 2 ? 2 : 4;
  e.requireQuick(L.QUICK_SEGMENTS);
  const selector = e.let(e.and(popValue(e, size), e.constant(0xffff)));
  e.requireDone(e.loadSegment(n, selector));
  releaseStack(e, e.constant(size));
}
/** A far pointer in memory, as `pointer` reads it. */
function pointerQuickly(e: Emitter, i: Shape): { selector: Value; eip: Value } {
  const size = i.size === 2 ? 2 : 4;
  e.requireQuick(L.QUICK_SEGMENTS);
  const at = e.effectiveAddress();
  const eip = e.let(e.load(undefined, at, size));
  const behind = e.add(at, e.constant(size));
  return { eip, selector: e.let(e.load(undefined, e.let(i.address === "word" ? e.zeroExtend(behind, 2) : behind), 2)) };
}

/** One bit for each of ES, DS, FS and GS. */
const DATA_REGISTERS = 0b111001;

function callQuickly(e: Emitter, i: Shape, selector: Value, eip: Value): void {
  const size = i.size === 2 ? 2 : 4;
  // The descriptor is looked at before the stack is.
  e.requireDone(e.knowsCode(0, selector, eip));
  const slots = [1, 2].map((n) => e.let(e.stackOffset(e.constant(-size * n)))) as [Value, Value];
  // What is certain to be stored can be stored once the rest is done.
  for (const slot of slots) e.probeStore(SEGMENT.SS, slot, size);
  const from = e.let(e.selector(SEGMENT.CS));
  e.requireDone(e.enterCode(0, selector, eip));
  e.store(SEGMENT.SS, slots[0], size, from);
  e.store(SEGMENT.SS, slots[1], size, e.let(e.nextOffset()));
  e.setStackPointer(slots[1]);
}
function returnQuickly(e: Emitter, i: Shape): void {
  const size = i.size === 2 ? 2 : 4;
  e.requireQuick(L.QUICK_SEGMENTS);
  const eip = popValue(e, size);
  const selector = e.let(e.load(SEGMENT.SS, e.let(e.stackOffset(e.constant(size))), size));
  e.requireDone(e.enterCode(1, e.let(e.and(selector, e.constant(0xffff))), eip));
  releaseStack(e, e.constant(2 * size));
}

const segmentStack: Definition[] = (
  [
    ["es", SEGMENT.ES, "06", "07"],
    ["cs", SEGMENT.CS, "0e", undefined],
    ["ss", SEGMENT.SS, "16", "17"],
    ["ds", SEGMENT.DS, "1e", "1f"],
    ["fs", SEGMENT.FS, "0fa0", "0fa1"],
    ["gs", SEGMENT.GS, "0fa8", "0fa9"],
  ] as const
).flatMap(([name, n, store, pop]): Definition[] => [
  // Only the lower half of a doubleword slot is written on a P6; the 386 writes zeros above, which is what the manual asks for.
  { name: `push-${name}`, forms: [store], faults: "SS PF AC", stack: true, emit: (e, i) => push(e, i.size === 2 ? 2 : 4, e.selector(n)) },
  ...(pop
    ? [
        {
          name: `pop-${name}`,
          forms: [pop],
          faults: "GP NP SS PF AC",
          stack: true,
          system: (cpu: Processor, i: Instruction) => popSegment(cpu, i, n),
          ...(n === SEGMENT.SS ? {} : { quick: (e: Emitter, i: Shape) => popQuickly(e, i, n) }),
        },
      ]
    : []),
]);

const loadPointers: Definition[] = (
  [
    ["les", SEGMENT.ES, "c4"],
    ["lds", SEGMENT.DS, "c5"],
    ["lss", SEGMENT.SS, "0fb2"],
    ["lfs", SEGMENT.FS, "0fb4"],
    ["lgs", SEGMENT.GS, "0fb5"],
  ] as const
).map(([name, n, opcode]) => ({
  name,
  forms: [`${opcode} Gv,Mv`],
  faults: "NP",
  system: (cpu, i) => {
    const { selector, eip } = pointer(cpu, i);
    op.moveToSegment(cpu, n, selector);
    // An lss is one instruction: no shadow is needed behind it.
    cpu.shadow = cpu.holdTrap = false;
    i.write(1, eip);
  },
  ...(n === SEGMENT.SS
    ? {}
    : {
        quick: (e: Emitter, i: Shape): void => {
          const { selector, eip } = pointerQuickly(e, i);
          e.requireDone(e.loadSegment(n, selector));
          e.operand(1).set(eip);
        },
      }),
}));

const farTransfers: Definition[] = [
  {
    name: "jmp-far",
    forms: ["ea Av"],
    faults: "GP NP TS SS PF",
    system: (cpu, i) => farJump(cpu, i.immediate2, i.immediate >>> 0, i.next),
    far: true,
    quick: (e) => {
      e.requireQuick(L.QUICK_SEGMENTS);
      e.requireDone(e.enterCode(0, e.immediate2(), e.operand(1).get()));
    },
  },
  {
    name: "jmp-far-indirect",
    forms: ["ff/5 Mv"],
    faults: "NP TS",
    system: (cpu, i) => {
      const { selector, eip } = pointer(cpu, i);
      farJump(cpu, selector, eip, i.next);
    },
    far: true,
    quick: (e, i) => {
      const { selector, eip } = pointerQuickly(e, i);
      e.requireDone(e.enterCode(0, selector, eip));
    },
  },
  {
    name: "call-far",
    forms: ["9a Av"],
    faults: "GP NP TS SS PF AC",
    system: (cpu, i) => farCall(cpu, i.immediate2, i.immediate >>> 0, wide(i), i.next),
    stack: true,
    far: true,
    quick: (e, i) => {
      e.requireQuick(L.QUICK_SEGMENTS);
      callQuickly(e, i, e.immediate2(), e.let(e.operand(1).get()));
    },
  },
  {
    name: "call-far-indirect",
    forms: ["ff/3 Mv"],
    faults: "NP TS",
    system: (cpu, i) => {
      const { selector, eip } = pointer(cpu, i);
      farCall(cpu, selector, eip, wide(i), i.next);
    },
    stack: true,
    far: true,
    quick: (e, i) => {
      const { selector, eip } = pointerQuickly(e, i);
      callQuickly(e, i, selector, eip);
    },
  },
  {
    name: "retf",
    forms: ["cb"],
    faults: "GP NP SS PF AC",
    system: (cpu, i) => farReturn(cpu, wide(i), 0),
    stack: true,
    far: true,
    quick: (e, i) => returnQuickly(e, i),
  },
  { name: "retf-pop", forms: ["ca Iw :v"], faults: "GP NP SS PF AC", system: (cpu, i) => farReturn(cpu, wide(i), i.immediate & 0xffff) },
  {
    name: "iret",
    forms: ["cf"],
    faults: "GP NP TS SS PF AC",
    flags: "OSZAPC",
    system: (cpu, i) => {
      interruptReturn(cpu, wide(i), i.next);
      cpu.nmiBlocked = false;
    },
    far: true,
    quick: (e, i) => {
      e.requireQuick(L.QUICK_SEGMENTS | L.QUICK_IRET);
      e.requireDone(i.size === 4 ? e.interruptReturn() : e.constant(0));
    },
  },
  { name: "int3", forms: ["cc"], faults: "BP GP NP TS SS PF AC", system: (cpu, i) => op.softwareInterrupt(cpu, i, VECTOR.BP) },
  {
    name: "int",
    forms: ["cd Ib"],
    faults: "GP NP TS SS PF AC",
    system: (cpu, i) => op.interruptN(cpu, i),
    far: true,
    quick: (e) => {
      e.requireQuick(L.QUICK_SEGMENTS);
      e.requireDone(e.interrupt(e.let(e.and(e.operand(1).get(), e.constant(0xff)))));
    },
  },
  {
    name: "into",
    forms: ["ce"],
    faults: "OF GP NP TS SS PF AC",
    system: (cpu, i) => {
      if (cpu.flags & FLAG.OF) op.softwareInterrupt(cpu, i, VECTOR.OF);
    },
  },
  {
    name: "bound",
    forms: ["62 Gv,Mv"],
    faults: "BR",
    system: (cpu, i) => {
      const size = wide(i);
      const shift = size === 2 ? 16 : 0;
      const signed = (v: number): number => (v << shift) >> shift;
      const low = signed(cpu.read(i.segment, i.effectiveAddress(), size));
      const high = signed(cpu.read(i.segment, i.effectiveAddress(size), size));
      const index = signed(i.read(1));
      if (index < low || index > high) cpu.raise(VECTOR.BR, undefined, `bound: ${index} is not within ${low} to ${high}`);
    },
  },
];

const flagControl: Definition[] = [
  { name: "clc", forms: ["f8"], flags: "C", emit: (e) => setCarry(e, e.constant(0)) },
  { name: "stc", forms: ["f9"], flags: "C", emit: (e) => setCarry(e, e.constant(1)) },
  { name: "cmc", forms: ["f5"], flags: "C", emit: (e) => setCarry(e, e.let(e.eqz(carry(e)))) },
  { name: "cld", forms: ["fc"], emit: (e) => e.setSystemFlags(e.and(e.systemFlags(), e.constant(~FLAG.DF))) },
  { name: "std", forms: ["fd"], emit: (e) => e.setSystemFlags(e.or(e.systemFlags(), e.constant(FLAG.DF))) },
  { name: "lahf", forms: ["9f"], helper: (cpu) => cpu.setRegister(1, 1, cpu.flags) },
  {
    name: "sahf",
    forms: ["9e"],
    flags: "SZAPC",
    helper: (cpu) => cpu.setArithmeticFlags(cpu.getRegister(1, 1), FLAG.SF | FLAG.ZF | FLAG.AF | FLAG.PF | FLAG.CF),
  },
  { name: "salc", forms: ["d6"], helper: (cpu) => cpu.setRegister(0, 1, cpu.flags & FLAG.CF ? 0xff : 0) },
  { name: "pushf", forms: ["9c"], faults: "GP SS PF AC", helper: (cpu, i) => op.pushFlags(cpu, wide(i)) },
  { name: "popf", forms: ["9d"], faults: "GP SS PF AC", flags: "OSZAPC", contained: true, system: (cpu, i) => op.popFlags(cpu, wide(i)) },
  {
    name: "cli",
    forms: ["fa"],
    faults: "GP",
    contained: true,
    system: (cpu) => {
      op.requireIopl(cpu, "cli");
      cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~FLAG.IF);
    },
  },
  {
    name: "sti",
    forms: ["fb"],
    faults: "GP",
    contained: true,
    system: (cpu) => {
      op.requireIopl(cpu, "sti");
      if (!(cpu.word(L.EFLAGS) & FLAG.IF)) cpu.shadow = true;
      cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) | FLAG.IF);
    },
  },
];

const portDefinitions: Definition[] = [
  { name: "in", forms: ["e4 AL,Ib", "e5 eAX,Ib"], faults: "GP", contained: true, system: (cpu, i) => io.input(cpu, i, i.immediate & 0xff) },
  { name: "in-dx", forms: ["ec AL,DX", "ed eAX,DX"], faults: "GP", contained: true, system: (cpu, i) => io.input(cpu, i, i.read(2)) },
  {
    name: "out",
    forms: ["e6 Ib,AL :b", "e7 Ib,eAX :v"],
    faults: "GP",
    contained: true,
    system: (cpu, i) => io.output(cpu, i.size, i.immediate & 0xff),
  },
  {
    name: "out-dx",
    forms: ["ee DX,AL :b", "ef DX,eAX :v"],
    faults: "GP",
    contained: true,
    system: (cpu, i) => io.output(cpu, i.size, cpu.getRegister(L.EDX, 2)),
  },
  { name: "ins", forms: ["6c :b", "6d :v"], addressed: true, rep: "rep", system: io.inputString },
  { name: "outs", forms: ["6e :b", "6f :v"], addressed: true, rep: "rep", system: io.outputString },
];

const tables: Definition[] = [
  { name: "sgdt", forms: ["0f01/0 Mv"], system: (cpu, i) => op.storeTable(cpu, i, L.GDTR_BASE, L.GDTR_LIMIT) },
  { name: "sidt", forms: ["0f01/1 Mv"], system: (cpu, i) => op.storeTable(cpu, i, L.IDTR_BASE, L.IDTR_LIMIT) },
  { name: "lgdt", forms: ["0f01/2 Mv"], system: (cpu, i) => op.loadTable(cpu, i, L.GDTR_BASE, L.GDTR_LIMIT, "lgdt") },
  { name: "lidt", forms: ["0f01/3 Mv"], system: (cpu, i) => op.loadTable(cpu, i, L.IDTR_BASE, L.IDTR_LIMIT, "lidt") },
  { name: "smsw", forms: ["0f01/4 Ev"], system: (cpu, i) => storeWord(cpu, i, cpu.word(L.CR0)) },
  {
    name: "lmsw",
    forms: ["0f01/6 Ew"],
    faults: "GP",
    system: (cpu, i) => {
      cpu.requireRing0("lmsw");
      // lmsw can set PE but not clear it.
      const value = i.read(1);
      op.writeCr0(cpu, (cpu.word(L.CR0) & ~0xe) | (value & 0xf));
    },
  },
  { name: "invlpg", forms: ["0f01/7 Mb"], faults: "GP", since: 486, system: (cpu, i) => op.invalidatePage(cpu, i) },
  { name: "sldt", forms: ["0f00/0 Ev"], faults: "UD", system: (cpu, i) => storeSelector(cpu, i, SEGMENT.LDTR) },
  { name: "str", forms: ["0f00/1 Ev"], faults: "UD", system: (cpu, i) => storeSelector(cpu, i, SEGMENT.TR) },
  { name: "lldt", forms: ["0f00/2 Ew"], faults: "UD NP", system: (cpu, i) => op.loadLdt(cpu, i) },
  { name: "ltr", forms: ["0f00/3 Ew"], faults: "UD NP", system: (cpu, i) => op.loadTask(cpu, i) },
  {
    name: "verr",
    forms: ["0f00/4 Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => op.setZero(cpu, op.inspect(cpu, i, 1, "verr") !== undefined),
  },
  {
    name: "verw",
    forms: ["0f00/5 Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => op.setZero(cpu, op.inspect(cpu, i, 1, "verw") !== undefined),
  },
  {
    name: "lar",
    forms: ["0f02 Gv,Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      const d = op.inspect(cpu, i, 2, "lar");
      if (d) i.write(1, d.high & 0xffff00);
      op.setZero(cpu, d !== undefined);
    },
  },
  {
    name: "lsl",
    forms: ["0f03 Gv,Ew"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      const d = op.inspect(cpu, i, 2, "lsl");
      if (d) i.write(1, d.limit);
      op.setZero(cpu, d !== undefined);
    },
  },
  {
    name: "arpl",
    forms: ["63 Ew,Gw"],
    faults: "UD",
    flags: "Z",
    system: (cpu, i) => {
      op.requireProtectedMode(cpu, "arpl");
      const selector = i.readForUpdate(1);
      const rpl = i.read(2) & 3;
      const lower = (selector & 3) < rpl;
      if (lower) i.write(1, (selector & ~3) | rpl);
      op.setZero(cpu, lower);
    },
  },
];

function storeSelector(cpu: Processor, i: Instruction, n: number): void {
  op.requireProtectedMode(cpu, i.shape.definition.name);
  storeWord(cpu, i, cpu.selector(n));
}

/** A word destination: memory takes 16 bits, a register the operand size. */
function storeWord(cpu: Processor, i: Instruction, value: number): void {
  if (i.isMemory) cpu.write(i.segment, i.effectiveAddress(), 2, value);
  else i.write(1, value);
}

const registers: Definition[] = [
  {
    name: "mov-from-segment",
    forms: ["8c Ev,Nw"],
    faults: "UD",
    system: (cpu, i) => {
      if (i.special > 5) cpu.raise(VECTOR.UD, undefined, "there is no such segment register");
      storeWord(cpu, i, cpu.selector(i.special));
    },
  },
  {
    name: "mov-to-segment",
    forms: ["8e Nw,Ew"],
    faults: "UD GP NP SS",
    system: (cpu, i) => {
      op.requireLoadable(cpu, i.special);
      op.moveToSegment(cpu, i.special, i.read(2));
    },
    quick: (e) => {
      e.requireQuick(L.QUICK_SEGMENTS);
      // CS and numbers beyond GS are invalid before the operand is read.
      e.requireDone(e.and(e.shr(e.constant(DATA_REGISTERS), e.segmentNumber()), e.constant(1)));
      e.requireDone(e.loadSegment(undefined, e.let(e.operand(2).get())));
    },
  },
  { name: "mov-from-control", forms: ["0f20 Rd,Kd"], faults: "UD GP", system: (cpu, i) => i.write(1, op.moveFromControl(cpu, i.special)) },
  { name: "mov-to-control", forms: ["0f22 Kd,Rd"], faults: "UD GP", system: (cpu, i) => op.moveToControl(cpu, i.special, i.read(2)) },
  { name: "mov-from-debug", forms: ["0f21 Rd,Kd"], faults: "UD GP DB", system: (cpu, i) => i.write(1, op.moveFromDebug(cpu, i.special)) },
  { name: "mov-to-debug", forms: ["0f23 Kd,Rd"], faults: "UD GP DB", system: (cpu, i) => op.moveToDebug(cpu, i.special, i.read(2)) },
  {
    name: "clts",
    forms: ["0f06"],
    faults: "GP",
    system: (cpu) => {
      cpu.requireRing0("clts");
      cpu.setWord(L.CR0, cpu.word(L.CR0) & ~8);
    },
  },
  {
    name: "hlt",
    forms: ["f4"],
    faults: "GP",
    system: (cpu) => {
      cpu.requireRing0("hlt");
      cpu.halted = true;
    },
  },
  { name: "wbinvd", forms: ["0f09", "0f08"], faults: "GP", since: 486, system: (cpu) => cpu.requireRing0("wbinvd") },
  { name: "cpuid", forms: ["0fa2"], since: 586, system: (cpu) => io.cpuid(cpu) },
  {
    name: "rdtsc",
    forms: ["0f31"],
    faults: "GP",
    since: 586,
    system: (cpu) => io.readTimeStamp(cpu),
  },
  { name: "rdmsr", forms: ["0f32"], faults: "GP", since: 586, system: (cpu) => io.readModelSpecific(cpu) },
  { name: "wrmsr", forms: ["0f30"], faults: "GP", since: 586, system: (cpu) => io.writeModelSpecific(cpu) },
  { name: "enter", forms: ["c8 Iw,Ib :v"], faults: "SS PF AC", system: (cpu, i) => op.enterFrame(cpu, i) },
  {
    name: "ud",
    forms: ["0f0b", "0fb9", "0fff"],
    faults: "UD",
    system: (cpu) => cpu.raise(VECTOR.UD, undefined, "ud2, or an opcode reserved to be invalid"),
  },
  {
    name: "cmpxchg8b",
    forms: ["0fc7/1 Mv"],
    flags: "Z",
    lock: true,
    since: 586,
    helper: (cpu, i) => io.compareExchange8(cpu, i),
  },
];

export const system: readonly Definition[] = [
  ...segmentStack,
  ...loadPointers,
  ...farTransfers,
  ...flagControl,
  ...portDefinitions,
  ...tables,
  ...registers,
];
