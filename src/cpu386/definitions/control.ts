/** Near control transfers (SDM volume 1, 5.1.7); far ones are in system.ts. */
import type { Emitter, Value } from "../emitter.js";
import { CONDITION_NAMES, condition } from "./flags.js";
import { popValue, push, releaseStack } from "./move.js";
import type { Definition, Shape } from "./table.js";

const wide = (i: Shape): 2 | 4 => (i.size === 2 ? 2 : 4);

/** loop, loope, loopne, jecxz: the counter is ecx or cx by address size. */
const counter = (e: Emitter, i: Shape): Value => e.register(1, i.addressSize);

function loop(name: string, opcode: string, also?: (e: Emitter) => Value): Definition {
  return {
    name,
    forms: [`${opcode} Jb :v`],
    addressed: true,
    ends: true,
    emit: (e, i) => {
      const left = e.let(e.sub(counter(e, i), e.constant(1)));
      e.setRegister(1, i.addressSize, left);
      const more = e.ne(i.addressSize === 2 ? e.zeroExtend(left, 2) : left, e.constant(0));
      e.jumpIf(also ? e.and(more, also(e)) : more);
    },
  };
}

export const control: readonly Definition[] = [
  { name: "jmp", forms: ["e9 Jv", "eb Jb :v"], ends: true, emit: (e) => e.jump() },
  {
    name: "jmp-indirect",
    forms: ["ff/4 Ev"],
    ends: true,
    emit: (e) => {
      const target = e.let(e.operand(1).get());
      e.checkTarget(target);
      e.jumpTo(target);
    },
  },
  ...CONDITION_NAMES.map(
    (name, code): Definition => ({
      name: `j${name}`,
      forms: [`${(0x70 + code).toString(16)} Jb :v`, `0f${(0x80 + code).toString(16)} Jv`],
      ends: true,
      emit: (e) => e.jumpIf(condition(e, code)),
    }),
  ),
  loop("loopne", "e0", (e) => condition(e, 5)),
  loop("loope", "e1", (e) => condition(e, 4)),
  loop("loop", "e2"),
  { name: "jcxz", forms: ["e3 Jb :v"], addressed: true, ends: true, emit: (e, i) => e.jumpIf(e.eqz(counter(e, i))) },
  {
    name: "call",
    forms: ["e8 Jv"],
    stack: true,
    ends: true,
    emit: (e, i) => {
      push(e, wide(i), e.nextOffset());
      e.jump();
    },
  },
  {
    name: "call-indirect",
    forms: ["ff/2 Ev"],
    stack: true,
    ends: true,
    emit: (e, i) => {
      const target = e.let(e.operand(1).get());
      e.checkTarget(target);
      push(e, wide(i), e.nextOffset());
      e.jumpTo(target);
    },
  },
  {
    name: "ret",
    forms: ["c3"],
    stack: true,
    ends: true,
    emit: (e, i) => returnNear(e, i, e.constant(0)),
  },
  {
    name: "ret-pop",
    forms: ["c2 Iw :v"],
    stack: true,
    ends: true,
    emit: (e, i) => returnNear(e, i, e.operand(1).get()),
  },
  {
    name: "leave",
    forms: ["c9"],
    stack: true,
    emit: (e, i) => {
      const frame = e.let(i.stackSize === 2 ? e.register(5, 2) : e.register(5, 4));
      const saved = e.let(e.load(2, frame, wide(i)));
      const above = e.add(frame, e.constant(wide(i)));
      e.setStackPointer(e.let(i.stackSize === 2 ? e.zeroExtend(above, 2) : above));
      e.setRegister(5, wide(i), saved);
    },
  },
];

function returnNear(e: Emitter, i: Shape, extra: Value): void {
  const target = popValue(e, wide(i));
  e.checkTarget(target);
  releaseStack(e, e.add(e.constant(wide(i)), extra));
  e.jumpTo(target);
}
