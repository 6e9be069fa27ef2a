/** Far jumps, calls and returns, interrupts and their return (SDM volume 1, 5.1.7). */
import type { Emitter, Value } from "../emitter.js";
import { VECTOR } from "../fault.js";
import { FLAG } from "../flags.js";
import * as L from "../layout.js";
import * as op from "../operations/system.js";
import { SEGMENT } from "../segment.js";
import { farCall, farJump, farReturn, interruptReturn } from "../transfer.js";
import { popValue, releaseStack } from "./move.js";
import { pointer, pointerQuickly, wide } from "./operands.js";
import type { Definition, Shape } from "./table.js";

function callQuickly(e: Emitter, i: Shape, selector: Value, eip: Value): void {
  const size = i.size === 2 ? 2 : 4;
  // The descriptor is looked at before the stack is.
  const known = e.knowsCode(0, selector, eip);
  e.requireDone(known);
  const slots = [1, 2].map((n) => e.let(e.stackOffset(e.constant(-size * n)))) as [Value, Value];
  // What is certain to be stored can be stored once the rest is done.
  for (const slot of slots) e.probeStore(SEGMENT.SS, slot, size);
  e.store(SEGMENT.SS, slots[0], size, e.let(e.selector(SEGMENT.CS)));
  e.store(SEGMENT.SS, slots[1], size, e.let(e.nextOffset()));
  e.enterCode(known, eip);
  e.setStackPointer(slots[1]);
}
function jumpQuickly(e: Emitter, kind: 0 | 1, selector: Value, eip: Value): void {
  const known = e.knowsCode(kind, selector, eip);
  e.requireDone(known);
  e.enterCode(known, eip);
}
function returnQuickly(e: Emitter, i: Shape): void {
  const size = i.size === 2 ? 2 : 4;
  e.requireQuick(L.QUICK_SEGMENTS);
  const eip = popValue(e, size);
  const selector = e.let(e.load(SEGMENT.SS, e.let(e.stackOffset(e.constant(size))), size));
  jumpQuickly(e, 1, e.let(e.and(selector, e.constant(0xffff))), eip);
  releaseStack(e, e.constant(2 * size));
}

export const farTransfers: readonly Definition[] = [
  {
    name: "jmp-far",
    forms: ["ea Av"],
    faults: "GP NP TS SS PF",
    system: (cpu, i) => farJump(cpu, i.immediate2, i.immediate >>> 0, i.next),
    far: "within-ring",
    quick: (e) => {
      e.requireQuick(L.QUICK_SEGMENTS);
      jumpQuickly(e, 0, e.immediate2(), e.let(e.operand(1).get()));
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
    far: "within-ring",
    quick: (e, i) => {
      const { selector, eip } = pointerQuickly(e, i);
      jumpQuickly(e, 0, selector, eip);
    },
  },
  {
    name: "call-far",
    forms: ["9a Av"],
    faults: "GP NP TS SS PF AC",
    system: (cpu, i) => farCall(cpu, i.immediate2, i.immediate >>> 0, wide(i), i.next),
    stack: true,
    far: "within-ring",
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
    far: "within-ring",
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
    far: "within-ring",
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
    far: "between-rings",
    quick: (e, i) => {
      e.requireQuick(L.QUICK_RINGS | L.QUICK_IRET);
      e.requireDone(i.size === 4 ? e.interruptReturn() : e.constant(0));
    },
  },
  { name: "int3", forms: ["cc"], faults: "BP GP NP TS SS PF AC", system: (cpu, i) => op.softwareInterrupt(cpu, i, VECTOR.BP) },
  {
    name: "int",
    forms: ["cd Ib"],
    faults: "GP NP TS SS PF AC",
    system: (cpu, i) => op.interruptN(cpu, i),
    far: "between-rings",
    quick: (e) => {
      e.requireQuick(L.QUICK_RINGS);
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
