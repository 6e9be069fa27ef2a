/** Random programs for comparing tiers: loops over random instructions, run in slices between which something happens. */
import type { Form } from "../../../src/cpu386/definitions/table.js";
import type { Schedule } from "../../../src/cpu386/jit/heat.js";
import { EAGER, HOT, WHOLE } from "../../support/tiers.js";
import { little } from "../machine.js";
import { FORMS, generate } from "../oracle/generate.js";
import { selectorOf, WINDOW } from "../oracle/native.js";
import type { Random } from "../oracle/random.js";
import { piece } from "./pieces.js";
import type { Event, Program, Slice } from "./program.js";

/** What leaves the loop or the window for good, at once, is of no use in it; pieces have those that come back. */
const STRAIGHT: readonly Form[] = FORMS.filter(
  ({ definition: d }) =>
    !/^(jmp|call|ret|iret|int|hlt|far|loadall)/.test(d.name) && !(d.system && /^(l[degfs]s|mov-segment|pop-)/.test(d.name)),
);
const IOPL3 = 0x3000;
/** No further loop behind so many. */
const MOST_BYTES = 0x400;

export function program(random: Random, paging: boolean): Program {
  const { at, regs, flags, segments, patches } = generate(random);
  // Room behind it for what is to come; not at the limit.
  const first = Math.min(at, 0xe000);
  const size = segments.cs === selectorOf("code") ? 4 : 2;
  const parts: (readonly number[])[] = [];
  const loops: number[] = [];
  for (let n = random.between(2, 6); n > 0; n--) {
    const start = parts.flat().length;
    if (start > MOST_BYTES) break;
    loops.push(start);
    parts.push(...loop(random, first + start, size));
  }
  const start = { at: first, regs, segments, patches, parts, flags: flags | (random.chance(40) ? IOPL3 : 0) };
  return { paging, schedule: schedule(random), start, loops, slices: slices(random, parts, loops.length) };
}

/** Random instructions, and a jump back to them. */
function loop(random: Random, start: number, size: 2 | 4): (readonly number[])[] {
  const parts: (readonly number[])[] = [];
  let at = start;
  const length = random.between(1, 8);
  for (let n = 0; n < length; n++) {
    const added = random.chance(45) ? piece({ random, at, size }) : straight(random, size);
    parts.push(...added);
    for (const part of added) at += part.length;
  }
  return [...parts, [0xe9, ...little(start - at - 1 - size, size)]];
}
/** One instruction for a code segment of that size. */
function straight(random: Random, size: 2 | 4): readonly (readonly number[])[] {
  for (;;) {
    const { parts, segments } = generate(random, [random.pick(STRAIGHT)]);
    if ((segments.cs === selectorOf("code")) === (size === 4)) return parts;
  }
}

/** Forced in: before the first execution, again and again, or by some samples. What is compiled late has more in it. */
export function schedule(random: Random): Schedule {
  const chance = random.below(100);
  if (chance < 15) return HOT;
  if (chance < 40) return EAGER;
  const samples = chance < 50 ? 0 : random.between(1, 2);
  return {
    shortest: random.between(1, 60),
    longest: random.between(1, 400),
    samples,
    backoff: samples || 1,
    patience: 0,
    price: 0,
    ...(random.chance(25) ? { modest: random.between(1, 20), trial: random.between(0, 300) } : WHOLE),
    exits: random.chance(50) ? random.between(1, 9) : 2_000,
  };
}

/** Two for each loop, more or less, with something in between at every other one. */
function slices(random: Random, parts: readonly (readonly number[])[], loops: number): Slice[] {
  const starts = parts.map((_, n) => parts.slice(0, n).flat().length);
  const slice = (enter?: number): Slice => ({
    event: random.chance(65) ? { kind: "none" } : event(random, starts),
    ...(enter === undefined ? {} : { enter }),
    count: random.between(1, 250),
  });
  return Array.from({ length: loops }, (_, n) => [
    slice(n),
    ...Array.from({ length: random.below(3) }, () => slice(random.chance(25) ? random.below(loops) : undefined)),
  ]).flat();
}
function event(random: Random, starts: readonly number[]): Event {
  switch (random.below(8)) {
    case 0:
    case 1:
      return { kind: "interrupts", count: random.between(1, 3) };
    case 2:
      return { kind: "nmi" };
    case 3:
    case 4:
      return {
        kind: "breakpoint",
        at: random.pick(starts),
        ...(random.chance(50) ? { when: { register: random.below(8), below: random.below(200) } } : {}),
      };
    case 5:
      return {
        ...{ kind: "watch", offset: random.below(WINDOW - 8), length: random.pick([0, 1, 4, 64, 0x1000, 0x4000]) },
        read: random.chance(30),
      };
    case 6:
      return { kind: "poke", at: random.pick(starts) + random.below(2), value: random.pick([0x90, 0x40, 0x4b, 0xf8, random.below(256)]) };
    default:
      return { kind: "schedule", schedule: schedule(random) };
  }
}
