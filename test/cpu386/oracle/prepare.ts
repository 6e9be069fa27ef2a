/** Operands that make sense: without them most cases of some instructions would do nothing but fault. */
import type { Form } from "../../../src/cpu386/definitions/table.js";
import { codeSelector, selector, target } from "./generate.js";
import type { Patches } from "./patches.js";
import type { Random } from "./random.js";

export interface Choice {
  readonly random: Random;
  readonly form: Form;
  readonly operand: 2 | 4;
  readonly address: 2 | 4;
  readonly regs: number[];
  target: number;
  reg: number;
  immediates: number[];
  memory: boolean;
}

const bytes = (value: number, size: number): number[] => Array.from({ length: size }, (_, n) => (value >>> (8 * n)) & 0xff);
const [EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Near and far branch targets: in the int3-filled part of the code window, seldom beyond its limit. */
const branchTarget = (random: Random): number => (random.chance(8) ? 0x10000 + random.below(3) * 0x7fff : random.between(0, 0x3fff));
const relative = (random: Random): number =>
  random.chance(5) ? random.value() | 0x8000 : random.chance(50) ? random.between(0, 120) : -random.between(20, 128);

/** @param data where the memory operand's contents can be set @param stack sets what is on the stack */
export function prepare(c: Choice, data: Patches | undefined, stack: (offset: number, bytes: readonly number[]) => void): void {
  const { random, form, operand, regs } = c;
  const { name } = form.definition;
  if (form.operands.some((code) => code[0] === "J")) c.immediates[0] = relative(random);
  if (form.operands[0] === "Av") c.immediates = [branchTarget(random), codeSelector(random)];
  if (form.definition.addressed) {
    regs[ESI] = target(random);
    regs[EDI] = random.chance(10) ? (regs[ESI]! + random.below(9) - 4) >>> 0 : target(random);
    regs[EBX] = target(random);
    regs[ECX] = random.chance(90) ? random.below(24) : random.chance(50) ? random.below(0x2000) : random.value();
    if (c.address === 2 && random.chance(50)) regs[ECX] = (regs[ECX]! | (random.value() & 0xffff0000)) >>> 0;
  }
  const push = (...values: number[]): void =>
    stack(
      regs[ESP]!,
      values.flatMap((v) => bytes(v, operand)),
    );
  const someFlags = (): number => random.word() & 0xcd5;
  // AMD's processors read more of the stack than these need.
  if (/^(retf|iret)/.test(name) && (regs[ESP]! & 0xffff) > 0xffd0) regs[ESP] = 0x8000;
  switch (name) {
    case "div":
    case "idiv":
      if (random.chance(70)) {
        const negative = random.chance(50) && name === "idiv";
        regs[EDX] = negative ? 0xffffffff : random.below(3);
        if (random.chance(50)) regs[EAX] = (regs[EAX]! & ~0xff00) >>> 0;
      }
      return;
    case "bt":
    case "bts":
    case "btr":
    case "btc":
      if (random.chance(80)) regs[c.reg] = (random.below(4096) - 2048) >>> 0;
      return;
    case "cmpxchg":
      if (random.chance(50)) data?.put(c.target, bytes(regs[EAX]!, 4));
      return;
    case "cmpxchg8b":
      if (random.chance(50)) data?.put(c.target, [...bytes(regs[EAX]!, 4), ...bytes(regs[EDX]!, 4)]);
      return;
    case "bound": {
      const low = random.value();
      data?.put(c.target, [...bytes(low, operand), ...bytes(random.chance(80) ? low + random.below(100) : random.value(), operand)]);
      if (random.chance(60)) regs[c.reg] = (low + random.below(100)) >>> 0;
      return;
    }
    case "enter":
      c.immediates = [random.below(200), random.chance(50) ? 0 : random.below(256)];
      regs[EBP] = target(random);
      return;
    case "leave":
      regs[EBP] = target(random);
      return;
    case "int":
      c.immediates = [random.pick([0, 1, 2, 5, 8, 13, 14, 0x20, 0x30, 0x7f, 0x81, 0xff])];
      return;
    case "jmp-indirect":
    case "call-indirect":
      for (let n = 0; n < 8; n++) if (n !== ESP) regs[n] = branchTarget(random);
      if (!data?.put(c.target, bytes(branchTarget(random), operand))) c.memory = false;
      return;
    case "jmp-far-indirect":
    case "call-far-indirect":
      if (!data?.put(c.target, [...bytes(branchTarget(random), operand), ...bytes(codeSelector(random), 2)])) c.target = 0x20000;
      return;
    case "les":
    case "lds":
    case "lss":
    case "lfs":
    case "lgs":
      if (!data?.put(c.target, [...bytes(random.value(), operand), ...bytes(selector(random), 2)])) c.target = 0x20000;
      return;
    case "ret":
    case "ret-pop":
      c.immediates = [random.below(64)];
      return push(branchTarget(random));
    case "retf":
    case "retf-pop":
      c.immediates = [random.below(64)];
      return push(branchTarget(random), codeSelector(random));
    case "iret":
      return push(branchTarget(random), codeSelector(random), someFlags());
    case "popf":
      return push(someFlags());
    case "mov-to-segment":
    case "verr":
    case "verw":
    case "lar":
    case "lsl":
    case "arpl": {
      if (name === "mov-to-segment" && random.chance(90)) c.reg = random.pick([0, 2, 3, 4, 5]);
      for (let n = 0; n < 8; n++) if (n !== ESP) regs[n] = ((regs[n]! & 0xffff0000) | selector(random)) >>> 0;
      if (!data?.put(c.target, bytes(selector(random), 2))) c.memory = false;
      return;
    }
  }
  if (name.startsWith("pop-")) push(selector(random));
}
