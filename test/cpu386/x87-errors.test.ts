/** How an unmasked x87 exception reaches the guest: SDM volume 1, 8.7; and #NM by CR0: volume 3, 2.5. */
import { expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { CODE, Machine } from "./machine.js";

const FLD1 = [0xd9, 0xe8];
const FLDZ = [0xd9, 0xee];
/** fdivp st1: 1 / 0 here */
const FDIVP = [0xde, 0xf9];
const FNSTSW_AX = [0xdf, 0xe0];
const WAIT = 0x9b;
const EM = 4;
const TS = 8;
const MP = 2;
const NE = 0x20;

/** A machine at the instruction behind a division by zero, with that exception unmasked. */
function divided(cr0: number): Machine {
  const m = new Machine();
  m.set(L.CR0, m.get(L.CR0) | cr0);
  m.p.x87.control = 0x37b;
  for (const code of [FLD1, FLDZ, FDIVP]) expect(m.attempt(...code)).toBe("none");
  return m;
}

test("the exception waits for the next instruction that looks: #MF there, with CR0.NE", () => {
  expect(divided(NE).attempt(...FLD1)).toBe("#MF");
});
test("wait looks for it", () => expect(divided(NE).attempt(WAIT)).toBe("#MF"));
test("control instructions that do not wait do not look", () => {
  const m = divided(NE);
  expect(m.attempt(...FNSTSW_AX)).toBe("none");
  expect(m.get(L.EAX) & 0x84).toBe(0x84);
});
test("the operation that raised it has left its operands alone", () => {
  const m = divided(NE);
  expect(m.p.x87.get(0)).toMatchObject({ exponent: 0, significand: 0n });
  expect(m.p.x87.get(1)).toMatchObject({ exponent: 0x3fff });
});

test("without CR0.NE the error goes out on FERR#, and the instruction is met again until an interrupt comes", () => {
  const m = divided(0);
  let errors = 0;
  m.p.onFloatError = () => {
    errors++;
  };
  m.code(FLD1);
  for (let n = 0; n < 3; n++) m.run(1);
  expect(errors).toBe(3);
  expect(m.eip).toBe(CODE);
  expect(m.p.faults).toHaveLength(0);
});

test("CR0.EM makes every x87 instruction #NM", () => {
  const m = new Machine();
  m.set(L.CR0, m.get(L.CR0) | EM);
  expect([m.attempt(...FLD1), m.attempt(...FNSTSW_AX)]).toEqual(["#NM", "#NM"]);
});
test("CR0.TS makes it #NM after a task switch", () => {
  const m = new Machine();
  m.set(L.CR0, m.get(L.CR0) | TS);
  expect(m.attempt(...FLD1)).toBe("#NM");
});
test.each([
  [0, "none"],
  [TS, "none"],
  [MP, "none"],
  [MP | TS, "#NM"],
  [EM, "none"],
])("wait with CR0 bits %i: %s", (bits, outcome) => {
  const m = new Machine();
  m.set(L.CR0, m.get(L.CR0) | bits);
  expect(m.attempt(WAIT)).toBe(outcome);
});
test.each([
  [0xd9, 0xd1],
  [0xd9, 0xe2],
  [0xde, 0xd8],
  [0xdb, 0xe7],
  [0xdf, 0xe1],
])("%i %i is not assigned: #UD", (...code) => expect(new Machine().attempt(...code)).toBe("#UD"));
