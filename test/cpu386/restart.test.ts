/** A fault at any access of an instruction leaves registers, flags and memory as they were, so that it can be restarted. */
import { describe, expect, test } from "vitest";
import { physical } from "../../src/cpu386/address.js";
import { TABLE } from "../../src/cpu386/definitions/index.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { CODE, DATA, GDT, LDT_SELECTOR, Machine, STACK, segment, TSS_SELECTOR, TYPE } from "./machine.js";
import { encode, hasLetter } from "./oracle/encode.js";
import { Random } from "./oracle/random.js";

/** They change state outside memory and registers, or go elsewhere, before any access. */
const LEFT_OUT = /^(x87|hlt|jmp-far|call-far|iret|retf.*|int3?|into)$/;
const RAM = 1 << 18;

const forms = TABLE.forms.filter((f) => !LEFT_OUT.test(f.definition.name));

interface Attempt {
  readonly what: string;
  readonly bytes: number[];
  readonly segments: readonly number[];
}

/** Every form with a memory operand where it can have one, at both sizes, with each segment that it might use out of bounds. */
function* attempts(): Iterable<Attempt> {
  const random = new Random(1);
  for (const form of forms) {
    for (const operand of [4, 2] as const) {
      for (const segments of [[SEGMENT.DS], [SEGMENT.SS], [SEGMENT.ES], [SEGMENT.DS, SEGMENT.SS, SEGMENT.ES]]) {
        const immediates = [3, 3];
        const memory = hasLetter(form, "EM");
        const prefixes = operand === 2 ? [0x66] : [];
        const bytes = encode(random, { form, operand, address: 4, prefixes, target: DATA, known: false, reg: 1, immediates, memory }, []);
        yield { what: `${form.definition.name} ${form.text}`, bytes, segments };
      }
    }
  }
}

/** One machine serves all attempts; what an instruction may have changed is put back. */
function prepare(m: Machine, { bytes, segments }: Attempt): void {
  m.set(L.CR0, 1);
  m.set(L.GDTR_BASE, GDT);
  m.set(L.GDTR_LIMIT, 0x7f);
  m.load(SEGMENT.TR, TSS_SELECTOR);
  m.load(SEGMENT.LDTR, LDT_SELECTOR);
  m.ring(0);
  m.p.faults.length = 0;
  m.p.halted = m.p.shadow = false;
  for (const n of segments) m.cache(n, segment(TYPE.data, { limit: 0xfff, pages: false }), 0x18);
  for (let n = 0; n < 8; n++) m.set(L.GPR + 4 * n, DATA + 0x111 * n);
  m.set(L.ESP, STACK);
  m.set(L.EBP, STACK + 0x40);
  m.set(L.IDTR_LIMIT, 0);
  m.code(bytes);
  m.p.flags = 0x8d7;
}

const memory = (m: Machine): Buffer => Buffer.from(m.p.u8.buffer, L.RAM, RAM);

test("for every encoding in the table", () => {
  let faults = 0;
  const m = new Machine(0, RAM);
  const pristine = Buffer.from(memory(m));
  for (const attempt of attempts()) {
    m.p.memory.poke(physical(0), pristine);
    prepare(m, attempt);
    const before = m.state();
    const bytes = Buffer.from(memory(m));
    if (m.run().kind !== "shutdown" || ![12, 13].includes(m.p.faults[0]!.vector)) continue;
    faults++;
    expect(m.state(), attempt.what).toEqual(before);
    expect(memory(m).equals(bytes), `${attempt.what}: memory has changed`).toBe(true);
  }
  // Half of all attempts touch no segment that was cut; a table that suddenly never faults would be a broken test.
  expect(faults).toBeGreaterThan(700);
});

describe("in the middle of an instruction with two accesses", () => {
  const limit = (m: Machine, n: number): void => m.cache(n, segment(TYPE.readOnly), 0x18);
  test("push m32 reads, and faults in the store", () => {
    const m = new Machine();
    limit(m, SEGMENT.SS);
    m.set(L.IDTR_LIMIT, 0);
    m.code([0xff, 0x35, 0, 0, 2, 0]);
    const before = m.state();
    m.run();
    expect(m.state()).toEqual(before);
  });
  test("pop m32 has not moved ESP when its store faults, though the address counts from the raised ESP", () => {
    const m = new Machine();
    limit(m, SEGMENT.DS);
    m.set(L.IDTR_LIMIT, 0);
    m.code([0x3e, 0x8f, 0x04, 0x24]);
    m.run();
    expect(m.esp).toBe(STACK);
    expect(m.p.faults[0]!.facts.offset).toBe(STACK + 4);
  });
  test("rep movs keeps the iterations it has done", () => {
    const m = new Machine();
    m.cache(SEGMENT.ES, segment(TYPE.data, { limit: DATA + 5, pages: false }));
    m.set(L.ESI, DATA + 0x100);
    m.set(L.EDI, DATA);
    m.set(L.ECX, 4);
    m.set(L.IDTR_LIMIT, 0);
    m.code([0xf3, 0x66, 0xa5]);
    expect(m.run(10).kind).toBe("shutdown");
    expect([m.get(L.ECX), m.get(L.ESI), m.get(L.EDI), m.eip]).toEqual([1, DATA + 0x106, DATA + 6, CODE]);
  });
});
