/** Segment registers on the stack, from far pointers and from general registers (SDM volume 1, 5.1.10). */
import type { Emitter } from "../emitter.js";
import { VECTOR } from "../fault.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import * as op from "../operations/system.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { Stack } from "../stack.js";
import { popValue, push, releaseStack } from "./move.js";
import { pointer, pointerQuickly, wide } from "./operands.js";
import type { Definition, Shape } from "./table.js";

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

export const segmentStack: readonly Definition[] = (
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

export const loadPointers: readonly Definition[] = (
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

/** One bit for each of ES, DS, FS and GS. */
const DATA_REGISTERS = 0b111001;

export const segmentMoves: readonly Definition[] = [
  {
    name: "mov-from-segment",
    forms: ["8c Ev,Nw"],
    faults: "UD",
    emit: (e, i) => {
      e.when(e.gtu(e.segmentNumber(), e.constant(SEGMENT.GS)), () => e.raise(VECTOR.UD));
      const selector = e.let(e.selector(undefined));
      if (i.operands[0]!.kind === "memory") e.store(undefined, e.effectiveAddress(), 2, selector);
      else e.operand(1).set(selector);
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
];
