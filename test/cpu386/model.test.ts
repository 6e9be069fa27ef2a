/** --cpu: what later processors added is invalid on earlier ones. */
import { describe, expect, test } from "vitest";
import { FLAG } from "../../src/cpu386/flags.js";
import * as L from "../../src/cpu386/layout.js";
import type { Generation } from "../../src/cpu386/model.js";
import { Machine, registers } from "./machine.js";

function machine(generation: Generation): Machine {
  const m = new Machine();
  m.p.generation = generation;
  return m;
}

describe.each([
  ["bswap eax", 486, [0x0f, 0xc8]],
  ["cmpxchg ecx,eax", 486, [0x0f, 0xb1, registers(0, 1)]],
  ["xadd ecx,eax", 486, [0x0f, 0xc1, registers(0, 1)]],
  ["wbinvd", 486, [0x0f, 0x09]],
  ["cpuid", 586, [0x0f, 0xa2]],
  ["rdtsc", 586, [0x0f, 0x31]],
  ["rdmsr", 586, [0x0f, 0x32]],
  ["mov eax,cr4", 586, [0x0f, 0x20, registers(4, 0)]],
  ["cmove eax,ecx", 686, [0x0f, 0x44, registers(0, 1)]],
  ["fcomi st1", 686, [0xdb, 0xf1]],
] as const)("%s", (_name, since, bytes) => {
  const generations = [386, 486, 586, 686] as const;
  test.each(generations.filter((g) => g < since))("is invalid on a %i", (g) => expect(machine(g).attempt(...bytes)).toBe("#UD"));
  test.each(generations.filter((g) => g >= since))("is there on a %i", (g) => expect(machine(g).attempt(...bytes)).toBe("none"));
});

const popf = (g: Generation, flags: number): number => {
  const m = machine(g);
  m.dword(0x30000, flags);
  m.set(L.ESP, 0x30000);
  m.attempt(0x9d);
  return m.p.flags;
};
test("EFLAGS.ID can be set from the 586 on, which is how cpuid is found", () => {
  expect([386, 486, 586, 686].map((g) => (popf(g as Generation, FLAG.ID) & FLAG.ID) !== 0)).toEqual([false, false, true, true]);
});
test("EFLAGS.AC can be set from the 486 on, which is how a 386 is told", () => {
  expect([386, 486, 586, 686].map((g) => (popf(g as Generation, FLAG.AC) & FLAG.AC) !== 0)).toEqual([false, true, true, true]);
});
test("CR0.NW without CR0.CD is a #GP(0) where there is a cache", () => {
  for (const generation of [386, 486] as const) {
    const m = machine(generation);
    m.set(L.EAX, 0x20000001);
    expect(m.attempt(0x0f, 0x22, registers(0, 0))).toBe(generation === 386 ? "none" : "#GP(0)");
  }
});
test("a 386 has no CR0.WP", () => {
  const m = machine(386);
  m.set(L.EAX, 0x00010001);
  m.attempt(0x0f, 0x22, registers(0, 0));
  expect(m.get(L.CR0) & 0x10000).toBe(0);
});
test("cpuid tells what the table has: no MMX, no SSE, no sysenter", () => {
  const m = machine(686);
  m.set(L.EAX, 1);
  m.attempt(0x0f, 0xa2);
  expect(m.get(L.EDX) & ((1 << 23) | (1 << 25) | (1 << 26) | (1 << 11) | (1 << 9))).toBe(0);
  expect(m.get(L.EDX) & 0x8111).toBe(0x8111);
});
