/** Random test cases for every definition that user-mode code may meet. */
import { TABLE } from "../../../src/cpu386/definitions/index.js";
import type { Form } from "../../../src/cpu386/definitions/table.js";
import { FLAG } from "../../../src/cpu386/flags.js";
import { encode, hasLetter } from "./encode.js";
import { type Case, DATA, LDT_ENTRIES, selectorOf, template } from "./native.js";
import { Patches } from "./patches.js";
import { prepare } from "./prepare.js";
import type { Random } from "./random.js";

/**
 * Not comparable with a process on a real operating system: what depends on the machine (cpuid, rdtsc, the coprocessor), and what the
 * kernel may emulate or hide (sgdt and its kin under UMIP).
 */
const EXCLUDED = new Set(["cpuid", "rdtsc", "wait", "sgdt", "sidt", "smsw", "sldt", "str"]);
const isX87 = (f: Form): boolean => !f.twoByte && f.opcode >= 0xd8 && f.opcode <= 0xdf;
export const FORMS: readonly Form[] = TABLE.forms.filter((f) => !EXCLUDED.has(f.definition.name) && !isX87(f));

/** Definitions that may stand behind another one, where registers no longer hold what was chosen. */
const FOLLOWERS = FORMS.filter(
  ({ definition: d }) => !d.system && !d.ends && !d.stack && !d.rep && d.name !== "pushf" && d.name !== "cmpxchg8b",
);
const READS_FLAGS = /^(j|set|cmov|adc|sbb|rcl|rcr|cmc|lahf|pushf|salc|into|loopn?e|da[as]|aa[as])/;
/** Defined in full whenever they are executed, so what was undefined before is no longer. */
const SETS_ALL_FLAGS = new Set(["add", "sub", "cmp", "neg", "xadd", "cmpxchg"]);

const LETTERS = { o: FLAG.OF, s: FLAG.SF, z: FLAG.ZF, a: FLAG.AF, p: FLAG.PF, c: FLAG.CF } as const;
const undefinedFlags = (flags = ""): number =>
  [...flags].reduce((mask, letter) => mask | (LETTERS[letter as keyof typeof LETTERS] ?? 0), 0);

const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];
const NAMES = ["data", "readOnly", "expandDown", "pages", "odd", "stack16", "code"] as const;
const PATTERN = template();

export function generate(random: Random, only?: readonly Form[]): Case {
  const wide = random.chance(75);
  const anySegment = (): number => (random.chance(4) ? 0 : selectorOf(random.pick(NAMES)));
  const mostlyData = (): number => (random.chance(80) ? selectorOf("data") : anySegment());
  const segments = {
    cs: selectorOf(wide ? "code" : "code16"),
    ss: selectorOf(random.chance(75) ? "data" : random.pick(["stack16", "expandDown", "pages", "odd"] as const)),
    ds: mostlyData(),
    es: mostlyData(),
    fs: anySegment(),
    gs: anySegment(),
  };
  const regs = Array.from({ length: 8 }, () => random.value());
  regs[4] = stackPointer(random, segments.ss === selectorOf("stack16"));
  const patches = new Patches(PATTERN);
  const first = random.pick(only ?? FORMS);
  const parts = [instruction(random, first, wide ? 4 : 2, regs, segments, patches, true)];
  let undefinedNow = undefinedFlags(first.definition.flags);
  let everUndefined = undefinedNow;
  const forms = [first];
  // A branch must not land in the middle of what follows, and a segment just loaded may reach beyond the test memory.
  const alone = only || hasLetter(first, "J") || /segment|^pop-|^l.s$/.test(first.definition.name);
  const more = alone || random.chance(70) ? 0 : random.between(1, 4);
  for (let n = 0; n < more; n++) {
    const form = random.pick(FOLLOWERS);
    const { name, flags } = form.definition;
    if (undefinedNow && READS_FLAGS.test(name)) continue;
    // Their count is in CL, of which nothing is known any more.
    if (/^sh[lr]d$/.test(name) && form.operands[2] === "CL") continue;
    parts.push(instruction(random, form, wide ? 4 : 2, regs, segments, patches, false));
    if (SETS_ALL_FLAGS.has(name)) undefinedNow = 0;
    undefinedNow |= undefinedFlags(flags);
    everUndefined |= undefinedNow;
    forms.push(form);
  }
  const code = parts.flat();
  // A taken branch that ends at the limit faults on AMD's processors, which the manual does not say.
  const at = !hasLetter(first, "J") && random.chance(3) ? 0xffff - random.below(code.length + 1) : random.between(0x8000, 0x9000);
  return {
    name: forms.map((f) => f.definition.name).join(", "),
    forms,
    at,
    code,
    parts,
    regs,
    // Bit 1 and IF are always set in a process.
    flags: (random.word() & (FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.OF | FLAG.DF)) | FLAG.IF | 2,
    segments,
    patches: patches.list,
    undefinedFlags: undefinedNow,
    everUndefined,
  };
}

function stackPointer(random: Random, narrow: boolean): number {
  const low = random.chance(80)
    ? random.between(0x100, 0x3f00) * 4 + (random.chance(20) ? random.below(4) : 0)
    : random.pick([0, 1, 2, 4, 6, 8, 16, 0x7ffe, 0x8000, 0x8004, 0x8010, 0xfffa, 0xfffc, 0xfffe, 0xffff]);
  return narrow ? ((random.value() & 0xffff0000) | low) >>> 0 : random.chance(2) ? random.value() : low;
}

/** Offsets for memory operands: anywhere in the window, at its edges, at the edge of the expand-down segment, beyond. */
export function target(random: Random): number {
  const chance = random.below(100);
  if (chance < 65) return random.between(0x100, 0xfe00);
  if (chance < 78) return 0xffff - random.below(12);
  if (chance < 88) return 0x7fff + random.below(12) - 8;
  if (chance < 94) return random.below(8);
  return random.value();
}

type Segments = Case["segments"];

/** shld and shrd of words by more than 16: the manual leaves the destination undefined, and processors differ. */
function limitCount(choice: { operand: 2 | 4; immediates: number[]; regs: number[]; memory: boolean }, byRegister: boolean): void {
  if (choice.operand === 4) return;
  choice.immediates = choice.immediates.map((n) => n & 0xf);
  if (!byRegister) return;
  choice.regs[1]! &= ~0x10;
  // An address may need ECX to be something else.
  choice.memory = false;
}

function instruction(
  random: Random,
  form: Form,
  size: 2 | 4,
  regs: number[],
  segments: Segments,
  patches: Patches,
  known: boolean,
): number[] {
  const { definition } = form;
  const prefixes: number[] = [];
  const other = size === 4 ? 2 : 4;
  const memory = hasLetter(form, "M") || (hasLetter(form, "E") && random.chance(60));
  let operand: 2 | 4 = size;
  let address: 2 | 4 = size;
  if (random.chance(30)) {
    prefixes.push(0x66);
    operand = other;
  }
  if ((memory || definition.addressed || hasLetter(form, "O")) && random.chance(30)) {
    prefixes.push(0x67);
    address = other;
  }
  // In front of two-byte opcodes, later processors made other instructions of these prefixes (lzcnt, for one); loop heeds them on AMD's.
  if (definition.rep ? random.chance(60) : !form.twoByte && !definition.name.startsWith("loop") && random.chance(1))
    prefixes.push(random.pick([0xf2, 0xf3]));
  // LOCK before mov cr0 names another register on AMD's processors, and verw, which empties buffers on some of them, is executed with it.
  if (!definition.name.endsWith("-control") && definition.name !== "verw" && random.chance(definition.lock ? 10 : 1)) prefixes.push(0xf0);
  let override: number | undefined;
  if (random.chance(20)) {
    override = random.below(6);
    prefixes.push(SEGMENT_PREFIXES[override]!);
  }
  const choice = {
    random,
    form,
    operand,
    address,
    regs,
    target: target(random),
    reg: random.below(8),
    immediates: [random.value(), random.value()],
    memory,
  };
  // Memory contents can be chosen where the operand is in the plain data segment.
  const plain = (selector: number): boolean => selector === selectorOf("data");
  if (known) {
    const stackBase = LDT_ENTRIES[segments.ss >> 3]!.base - DATA;
    prepare(choice, override === undefined && plain(segments.ds) && plain(segments.ss) ? patches : undefined, (offset, bytes) =>
      patches.put(stackBase + (offset & 0xffff), bytes),
    );
  }
  if (definition.name === "shld" || definition.name === "shrd") limitCount(choice, form.operands[2] === "CL");
  return encode(random, { ...choice, prefixes, known }, regs);
}

/** Selectors for loads: of every kind of descriptor, null, outside the table, with any RPL. */
export function selector(random: Random): number {
  if (random.chance(10)) return random.below(4);
  const index = random.below(LDT_ENTRIES.length + 1);
  return index * 8 + 4 + (random.chance(80) ? 3 : random.below(4));
}
/** Selectors for far transfers; the flat code segment would lead out of the test memory. */
export const codeSelector = (random: Random): number =>
  random.chance(60) ? selectorOf(random.pick(["code", "code16", "executeOnly"] as const)) : selector(random);
