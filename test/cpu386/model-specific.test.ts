/** rdtsc, rdmsr and wrmsr: SDM volume 2 for each; volume 3, 18.17. */
import { expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { Machine } from "./machine.js";

const RDTSC = [0x0f, 0x31];
const RDMSR = [0x0f, 0x32];
const WRMSR = [0x0f, 0x30];
const TIME_STAMP = 0x10;

test("rdmsr of register 10 reads the time-stamp counter", () => {
  const m = new Machine();
  m.p.time = () => 0x1_2345_6789;
  m.set(L.ECX, TIME_STAMP);
  expect(m.attempt(...RDMSR)).toBe("none");
  expect([m.get(L.EAX), m.get(L.EDX)]).toEqual([0x23456789, 1]);
});
test("wrmsr sets the lower half of the counter and clears the upper", () => {
  const m = new Machine();
  m.p.time = () => 0x1_0000_0000;
  m.set(L.ECX, TIME_STAMP);
  m.set(L.EAX, 500);
  m.set(L.EDX, 7);
  m.attempt(...WRMSR);
  m.attempt(...RDTSC);
  expect([m.get(L.EAX), m.get(L.EDX)]).toEqual([500, 0]);
});
test.each([
  ["rdmsr", RDMSR],
  ["wrmsr", WRMSR],
])("%s of a register there is not is a #GP(0)", (_name, code) => {
  const m = new Machine();
  m.set(L.ECX, 0x1b);
  expect(m.attempt(...code)).toBe("#GP(0)");
});
test.each([
  ["rdmsr", RDMSR],
  ["wrmsr", WRMSR],
])("%s outside of ring 0 is a #GP(0)", (_name, code) => {
  const m = new Machine(3);
  m.set(L.ECX, TIME_STAMP);
  expect(m.attempt(...code)).toBe("#GP(0)");
});
test("rdtsc with CR4.TSD set is for ring 0 only", () => {
  for (const ring of [0, 3]) {
    const m = new Machine(ring);
    m.set(L.CR4, 4);
    expect(m.attempt(...RDTSC)).toBe(ring === 0 ? "none" : "#GP(0)");
  }
});
test("cpuid says that there are model-specific registers", () => {
  const m = new Machine();
  m.set(L.EAX, 1);
  m.attempt(0x0f, 0xa2);
  expect(m.get(L.EDX) & 0x30).toBe(0x30);
});
