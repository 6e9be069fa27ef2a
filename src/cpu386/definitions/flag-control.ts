/** Flag control (SDM volume 1, 5.1.9). */
import type { Emitter, Value } from "../emitter.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import * as op from "../operations/system.js";
import { arithmeticFlags, carry, overflow, setAll, setCarry } from "./flags.js";
import { popValue, push, releaseStack } from "./move.js";
import { wide } from "./operands.js";
import type { Definition, Shape } from "./table.js";

/** Whether CPL is not greater than IOPL. */
const mayChangeInterrupts = (e: Emitter): Value =>
  e.eqz(e.gtu(e.stateWord(L.CPL), e.and(e.shr(e.systemFlags(), e.constant(12)), e.constant(3))));

/** Bits of EFLAGS that popf may change quickly, and those that it must find as they are, some of them 0. */
const SIMPLE = FLAG.IF | FLAG.DF;
const OTHERS = FLAG.TF | FLAG.IOPL | FLAG.NT | FLAG.RF | FLAG.VM | FLAG.AC | FLAG.VIF | FLAG.VIP | FLAG.ID;
const CLEAR = FLAG.TF | FLAG.RF | FLAG.VM;

/** If nothing but arithmetic flags, IF and DF change, and no interrupt is let in by that. */
function popFlagsQuickly(e: Emitter, i: Shape): void {
  const size = i.size === 2 ? 2 : 4;
  const popped = popValue(e, size);
  const old = e.let(e.systemFlags());
  const changed = e.let(e.xor(popped, old));
  const others = e.constant(size === 2 ? OTHERS & 0xffff : OTHERS);
  const isSimple = e.eqz(e.or(e.and(changed, others), e.and(old, e.constant(CLEAR))));
  const mayInterrupt = e.or(e.eqz(e.and(changed, e.constant(FLAG.IF))), mayChangeInterrupts(e));
  const waits = e.and(
    e.eqz(e.eqz(e.and(popped, e.constant(FLAG.IF)))),
    e.eqz(e.eqz(e.and(e.stateWord(L.QUICK), e.constant(L.QUICK_LEAVES)))),
  );
  e.requireDone(e.and(e.and(isSimple, mayInterrupt), e.eqz(waits)));
  e.setSystemFlags(e.or(e.and(old, e.constant(~SIMPLE)), e.and(popped, e.constant(SIMPLE))));
  setAll(e, popped, e.and(e.shr(popped, e.constant(11)), e.constant(1)));
  releaseStack(e, e.constant(size));
}

export const flagControl: readonly Definition[] = [
  { name: "clc", forms: ["f8"], flags: "C", emit: (e) => setCarry(e, e.constant(0)) },
  { name: "stc", forms: ["f9"], flags: "C", emit: (e) => setCarry(e, e.constant(1)) },
  { name: "cmc", forms: ["f5"], flags: "C", emit: (e) => setCarry(e, e.let(e.eqz(carry(e)))) },
  { name: "cld", forms: ["fc"], emit: (e) => e.setSystemFlags(e.and(e.systemFlags(), e.constant(~FLAG.DF))) },
  { name: "std", forms: ["fd"], emit: (e) => e.setSystemFlags(e.or(e.systemFlags(), e.constant(FLAG.DF))) },
  // Into AH; bit 1 of EFLAGS is always 1.
  { name: "lahf", forms: ["9f"], emit: (e) => e.setRegister(4, 1, e.or(arithmeticFlags(e), e.constant(2))) },
  {
    name: "sahf",
    forms: ["9e"],
    flags: "SZAPC",
    // AH.
    emit: (e) => setAll(e, e.register(4, 1), overflow(e)),
  },
  { name: "salc", forms: ["d6"], helper: (cpu) => cpu.setRegister(0, 1, cpu.flags & FLAG.CF ? 0xff : 0) },
  {
    name: "pushf",
    forms: ["9c"],
    faults: "GP SS PF AC",
    stack: true,
    contained: true,
    helper: (cpu, i) => op.pushFlags(cpu, wide(i)),
    quick: (e, i) => {
      e.requireDone(e.eqz(e.and(e.systemFlags(), e.constant(FLAG.VM))));
      push(e, i.size === 2 ? 2 : 4, e.or(e.and(e.systemFlags(), e.constant(~FLAG.RF)), arithmeticFlags(e)));
    },
  },
  {
    name: "popf",
    forms: ["9d"],
    faults: "GP SS PF AC",
    flags: "OSZAPC",
    stack: true,
    contained: true,
    system: (cpu, i) => op.popFlags(cpu, wide(i)),
    quick: popFlagsQuickly,
  },
  {
    name: "cli",
    forms: ["fa"],
    faults: "GP",
    contained: true,
    system: (cpu) => {
      op.requireIopl(cpu, "cli");
      cpu.setWord(L.EFLAGS, cpu.word(L.EFLAGS) & ~FLAG.IF);
    },
    quick: (e) => {
      e.requireDone(mayChangeInterrupts(e));
      e.setSystemFlags(e.and(e.systemFlags(), e.constant(~FLAG.IF)));
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
