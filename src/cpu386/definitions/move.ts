/** Data transfer (SDM volume 1, 5.1.1). */
import type { Emitter, Value } from "../emitter.js";
import { CONDITION_NAMES, condition } from "./flags.js";
import type { Definition } from "./table.js";

/** The slots push and pop use, and what they do with the stack pointer; operands of size 2 or 4. */
export function push(e: Emitter, size: 2 | 4, value: Value): void {
  const slot = e.let(e.stackOffset(e.constant(-size)));
  e.store(2, slot, size, e.let(value));
  e.setStackPointer(slot);
}
export function popValue(e: Emitter, size: 2 | 4): Value {
  return e.let(e.load(2, e.let(e.stackOffset(e.constant(0))), size));
}
export function releaseStack(e: Emitter, bytes: Value): void {
  e.setStackPointer(e.let(e.stackOffset(bytes)));
}

const wide = (size: number): 2 | 4 => (size === 2 ? 2 : 4);

export const move: readonly Definition[] = [
  {
    name: "mov",
    forms: [
      "88 Eb,Gb",
      "89 Ev,Gv",
      "8a Gb,Eb",
      "8b Gv,Ev",
      "a0 AL,Ob",
      "a1 eAX,Ov",
      "a2 Ob,AL",
      "a3 Ov,eAX",
      "b0+r Zb,Ib",
      "b8+r Zv,Iv",
      "c6/0 Eb,Ib",
      "c7/0 Ev,Iv",
    ],
    emit: (e) => e.operand(1).set(e.operand(2).get()),
  },
  { name: "movzx", forms: ["0fb6 Gv,Eb", "0fb7 Gv,Ew"], emit: (e) => e.operand(1).set(e.operand(2).get(false)) },
  { name: "movsx", forms: ["0fbe Gv,Eb", "0fbf Gv,Ew"], emit: (e) => e.operand(1).set(e.operand(2).get(true)) },
  {
    name: "xchg",
    forms: ["86 Eb,Gb", "87 Ev,Gv", "90+r eAX,Zv"],
    lock: true,
    emit: (e) => {
      const a = e.let(e.operand(1).getForUpdate());
      const b = e.let(e.operand(2).get());
      e.operand(1).set(b);
      e.operand(2).set(a);
    },
  },
  { name: "lea", forms: ["8d Gv,Mv"], emit: (e) => e.operand(1).set(e.effectiveAddress()) },
  {
    name: "push",
    forms: ["50+r Zv", "68 Iv", "6a Sb :v", "ff/6 Ev"],
    stack: true,
    emit: (e, i) => push(e, wide(i.size), e.operand(1).get()),
  },
  {
    name: "pop",
    forms: ["58+r Zv", "8f/0 Ev"],
    stack: true,
    emit: (e, i) => {
      const size = wide(i.size);
      const value = popValue(e, size);
      if (i.operands[0]!.kind === "register") {
        // pop esp keeps the value popped, so the pointer moves first.
        releaseStack(e, e.constant(size));
        e.operand(1).set(value);
        return;
      }
      // The address of pop [esp+n] is computed with ESP already raised; should the store fault, ESP must be as before. So the store
      // comes first, to an address that effectiveAddress (see the decoder) has corrected for it.
      e.operand(1).set(value);
      releaseStack(e, e.constant(size));
    },
  },
  {
    name: "pusha",
    forms: ["60"],
    stack: true,
    emit: (e, i) => {
      const size = wide(i.size);
      const slots = Array.from({ length: 8 }, (_, n) => e.let(e.stackOffset(e.constant(-size * (n + 1)))));
      // All slots first: the stack may end, or wrap, in the middle.
      for (const slot of slots) e.probeStore(2, slot, size);
      for (let n = 0; n < 8; n++) e.store(2, slots[n]!, size, e.register(n, size));
      e.setStackPointer(slots[7]!);
    },
  },
  {
    name: "popa",
    forms: ["61"],
    stack: true,
    emit: (e, i) => {
      const size = wide(i.size);
      const values = Array.from({ length: 8 }, (_, n) => e.let(e.load(2, e.let(e.stackOffset(e.constant(size * n))), size)));
      releaseStack(e, e.constant(size * 8));
      values.forEach((value, n) => {
        if (n !== 3) e.setRegister(7 - n, size, value);
      });
    },
  },
  {
    name: "cbw",
    forms: ["98"],
    emit: (e, i) => (i.size === 4 ? e.setRegister(0, 4, e.register(0, 2, true)) : e.setRegister(0, 2, e.register(0, 1, true))),
  },
  {
    name: "cwd",
    forms: ["99"],
    emit: (e, i) => {
      const size = wide(i.size);
      e.setRegister(2, size, e.sar(e.register(0, size, true), e.constant(31)));
    },
  },
  { name: "bswap", forms: ["0fc8+r Zv"], since: 486, emit: (e) => byteSwap(e) },
  {
    name: "xlat",
    forms: ["d7 :b"],
    addressed: true,
    emit: (e, i) => {
      const sum = e.add(e.register(3, 4), e.register(0, 1));
      e.setRegister(0, 1, e.load(undefined, e.let(i.addressSize === 2 ? e.zeroExtend(sum, 2) : sum), 1));
    },
  },
  { name: "nop", forms: ["90", "0f1f/0 Ev"], emit: () => {} },
  ...CONDITION_NAMES.flatMap((name, code): Definition[] => {
    const op = (base: number): string => `0f${(base + code).toString(16)}`;
    return [
      { name: `set${name}`, forms: [`${op(0x90)} Eb`], emit: (e) => e.operand(1).set(e.let(condition(e, code))) },
      {
        name: `cmov${name}`,
        forms: [`${op(0x40)} Gv,Ev`],
        since: 686,
        // The source is read in any case, and may fault (SDM volume 2, CMOVcc).
        emit: (e) => {
          const value = e.let(e.operand(2).get());
          e.operand(1).set(e.let(e.select(condition(e, code), value, e.operand(1).get())));
        },
      },
    ];
  }),
];

function byteSwap(e: Emitter): void {
  const o = e.operand(1);
  const v = e.let(o.get());
  const mask = e.constant(0x00ff00ff);
  // Rotating by 8 and by 24 puts two bytes each in place.
  o.set(e.or(e.and(e.rotl(v, e.constant(8)), mask), e.and(e.rotl(v, e.constant(24)), e.xor(mask, e.constant(-1)))));
}
