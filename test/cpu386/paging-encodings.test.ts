/** For every encoding: a page fault at any of its accesses leaves registers, flags and memory as they were (SDM volume 3, 6.15). */
import { afterAll, describe, expect, test } from "vitest";
import { physical } from "../../src/cpu386/address.js";
import { TABLE } from "../../src/cpu386/definitions/index.js";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { SuiteReport } from "../support/suite-report.js";
import { DATA, GDT, LDT_SELECTOR, STACK, TSS_SELECTOR } from "./machine.js";
import { encode, hasLetter } from "./oracle/encode.js";
import { Random } from "./oracle/random.js";
import { DIRECTORY, HIGH, PagedMachine } from "./paged-machine.js";

/** They change state outside memory and registers, or go elsewhere, before any access. */
const LEFT_OUT = /^(hlt|jmp-far|call-far|iret|retf.*|int3?|into|mov-to-control|lmsw|fninit|fnsave|frstor)$/;
const FORMS = TABLE.forms.filter((f) => !LEFT_OUT.test(f.definition.name));
const MISSING = HIGH + 0x1000;
/** What is compared of RAM: all but the page tables, whose accessed bits a fetch may set. */
const parts = (m: PagedMachine): Buffer[] => [
  Buffer.from(m.p.u8.slice(L.RAM, L.RAM + DIRECTORY)),
  Buffer.from(m.p.u8.slice(L.RAM + DIRECTORY + 0x10000, L.RAM + (1 << 20))),
];
const float = (m: PagedMachine): Uint8Array => m.p.u8.slice(L.FPU_REGISTERS, L.FPU_OPCODE + 4);

function prepare(m: PagedMachine, target: number, stack: number): void {
  m.set(L.GDTR_BASE, GDT);
  m.set(L.GDTR_LIMIT, 0x7f);
  m.load(SEGMENT.TR, TSS_SELECTOR);
  m.load(SEGMENT.LDTR, LDT_SELECTOR);
  m.ring(0);
  m.p.faults.length = 0;
  m.p.halted = m.p.shadow = false;
  for (let n = 0; n < 8; n++) m.set(L.GPR + 4 * n, target);
  m.set(L.ESP, stack);
  m.p.x87.init();
  m.set(L.CR0, m.get(L.CR0) & ~8);
  // No exception can be delivered: the processor shuts down in the state before the first.
  m.set(L.IDTR_LIMIT, 0);
  m.p.flags = 0x8d7;
}

const report = new SuiteReport("page-faults");
afterAll(() => report.write());

describe.each([
  ["the operand's page is missing", MISSING + 0x100, STACK, 600],
  ["the operand crosses into a missing page", MISSING - 1, STACK, 400],
  ["the stack's page is missing", DATA, MISSING + 0x100, 50],
  ["the stack crosses into a missing page", DATA, MISSING + 1, 50],
])("where %s", (_what, target, stack, least) => {
  test("for every encoding in the table", () => {
    const random = new Random(1);
    const m = new PagedMachine();
    const pristine = m.p.u8.slice(L.RAM, L.RAM + (1 << 20));
    // A table that suddenly faults less would be a broken test.
    let faults = 0;
    for (const form of FORMS) {
      for (const operand of [4, 2] as const) {
        const memory = hasLetter(form, "EM");
        const prefixes = operand === 2 ? [0x66] : [];
        const bytes = encode(random, { form, operand, address: 4, prefixes, target, known: false, reg: 1, immediates: [3, 3], memory }, []);
        const what = `${form.definition.name} ${form.text}, ${operand} bytes`;
        m.p.memory.poke(physical(0), pristine);
        prepare(m, target, stack);
        m.code(bytes);
        const [before, ram, fpu] = [m.state(), parts(m), float(m)];
        if (m.run().kind !== "shutdown" || m.p.faults[0]!.vector !== 14) continue;
        faults++;
        report.cases++;
        report.covered(form);
        expect(m.cr2, what).toBeGreaterThanOrEqual(MISSING);
        expect(m.state(), what).toEqual(before);
        expect(float(m), `${what}: x87`).toEqual(fpu);
        expect(
          parts(m).every((part, n) => part.equals(ram[n]!)),
          `${what}: memory has changed`,
        ).toBe(true);
      }
    }
    expect(faults).toBeGreaterThanOrEqual(least);
  });
});
