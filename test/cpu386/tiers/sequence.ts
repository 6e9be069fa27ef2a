/** Random programs for comparing tiers: a loop over random instructions, with calls, branches, faults and changes of their own code. */
import type { Form } from "../../../src/cpu386/definitions/table.js";
import { FORMS, generate } from "../oracle/generate.js";
import type { Case } from "../oracle/native.js";
import type { Random } from "../oracle/random.js";

/** What leaves the loop or the window for good, at once, is of no use in it. */
const STRAIGHT: readonly Form[] = FORMS.filter(
  ({ definition: d }) =>
    !/^(jmp|call|ret|iret|int|hlt|far|loadall)/.test(d.name) && !(d.system && /^(l[degfs]s|mov-segment|pop-)/.test(d.name)),
);

const jump = (from: number, to: number): number[] => {
  const n = (to - from - 5) >>> 0;
  return [0xe9, n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, n >>> 24];
};

/** A case of a code segment with 32-bit operands whose code never ends by itself. */
export function sequence(random: Random): Case {
  let c = generate(random);
  while (c.segments.cs === undefined || c.parts.length === 0 || c.at > 0xf000) c = generate(random);
  const parts: (readonly number[])[] = [];
  const length = random.between(1, 12);
  for (let n = 0; n < length; n++) {
    if (random.chance(25)) parts.push(...piece(random));
    else parts.push(...generate(random, [random.pick(STRAIGHT)]).parts);
  }
  const code = parts.flat();
  return { ...c, name: `loop of ${length}`, parts, code: [...code, ...jump(code.length, 0)] };
}

/** Control flow that comes back: branches over an instruction, a call and its return, a counted loop, a store into code just behind. */
function piece(random: Random): number[][] {
  switch (random.below(6)) {
    case 0:
      // A condition over inc ebx.
      return [[0x70 + random.below(16), 1], [0x43]];
    case 1:
      // call +1; jmp over; the callee: lea eax, [eax+ecx]; ret
      return [[0xe8, 2, 0, 0, 0], [0xeb, 4], [0x8d, 0x04, 0x08], [0xc3]];
    case 2:
      // mov cl, n; and ecx, 7; inc ecx; dec esi; loop to it
      return [[0xb1, random.below(8)], [0x83, 0xe1, 7], [0x41], [0x4e], [0xe2, 0xfd]];
    case 3:
      // push; pop of registers
      return [[0x50 + random.below(8)], [0x58 + random.pick([0, 1, 2, 3, 5, 6, 7])]];
    case 4:
      // cmp; setcc; cmovcc
      return [
        [0x39, 0xc0 + random.below(64)],
        [0x0f, 0x90 + random.below(16), 0xc3],
        [0x0f, 0x40 + random.below(16), 0xca],
      ];
    default:
      // jcc back over one instruction, at most while edi counts
      return [[0x4f], [0x83, 0xe7, 0x0f], [0x75, 0xfa]];
  }
}
