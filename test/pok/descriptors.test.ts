import { expect, it } from "vitest";
import { physical } from "../../src/cpu386/address.js";
import { Cpu } from "../../src/cpu386/cpu.js";
import * as L from "../../src/cpu386/layout.js";
import { findPartitions } from "../../src/pok/descriptors.js";
import { descriptor } from "../support/tiny-kernel.js";

const GDT = 0x1000;
const [CODE, DATA, READ_ONLY, CONFORMING] = [0xfa, 0xf2, 0xf0, 0xfe];
const ABSENT = ~0x80;
const NULL = Array<number>(8).fill(0);
const KERNEL = [...descriptor(0x9a, 0, 0xffffffff), ...descriptor(0x92, 0, 0xffffffff)];

/** Entries from 0x18 on, behind the kernel's. */
function found(...entries: readonly (readonly number[])[]) {
  const { processor } = new Cpu(1 << 20);
  const table = Uint8Array.from([...NULL, ...KERNEL, ...entries.flat()]);
  processor.memory.poke(physical(GDT), table);
  processor.setWord(L.GDTR_BASE, GDT);
  processor.setWord(L.GDTR_LIMIT, table.length - 1);
  return findPartitions(processor);
}

it("a ring-3 code and data descriptor of equal base are a partition", () => {
  expect(found(descriptor(CODE, 0x20000, 0xffff), descriptor(DATA, 0x20000, 0xffff))).toEqual([
    { base: 0x20000, limit: 0xffff, code: 0x1b, data: 0x23, present: true },
  ]);
});

it("so they are while they are not present, and it is told", () => {
  const [partition] = found(descriptor(CODE & ABSENT, 0x20000, 0xffff), descriptor(DATA & ABSENT, 0x20000, 0xffff));
  expect(partition).toMatchObject({ base: 0x20000, present: false });
});

it("partitions come in the order of their code descriptors", () => {
  const pair = (base: number) => [descriptor(CODE, base, 0xfff), descriptor(DATA, base, 0xfff)].flat();
  expect(found(pair(0x50000), pair(0x20000), pair(0x30000)).map(({ base }) => base)).toEqual([0x50000, 0x20000, 0x30000]);
});

it("data may come before code, and null descriptors between them", () => {
  expect(found(descriptor(DATA, 0x20000, 0xfff), NULL, NULL, descriptor(CODE, 0x20000, 0xfff))).toMatchObject([{ code: 0x33, data: 0x1b }]);
});

it("the kernel's own descriptors are none", () => {
  expect(found()).toEqual([]);
});

it("descriptors of rings 1 and 2 are none", () => {
  expect(
    found(
      descriptor(0xba, 0x20000, 0xfff),
      descriptor(0xb2, 0x20000, 0xfff),
      descriptor(0xda, 0x20000, 0xfff),
      descriptor(0xd2, 0x20000, 0xfff),
    ),
  ).toEqual([]);
});

it.each([
  ["code without data", descriptor(CODE, 0x20000, 0xfff)],
  ["data without code", descriptor(DATA, 0x20000, 0xfff)],
])("%s is none", (_, entry) => {
  expect(found(entry)).toEqual([]);
});

it("code and data of different bases are none", () => {
  expect(found(descriptor(CODE, 0x20000, 0xfff), descriptor(DATA, 0x20010, 0xfff))).toEqual([]);
});

it("code with read-only data is none: nothing could be its stack", () => {
  expect(found(descriptor(CODE, 0x20000, 0xfff), descriptor(READ_ONLY, 0x20000, 0xfff))).toEqual([]);
});

it("conforming code is none: it runs at its caller's privilege", () => {
  expect(found(descriptor(CONFORMING, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0xfff))).toEqual([]);
});

it("an alias of a partition is not another one", () => {
  const aliases = [descriptor(CODE, 0x20000, 0x1ff), descriptor(READ_ONLY, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0x1ff)];
  expect(found(descriptor(CODE, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0xfff), ...aliases)).toMatchObject([
    { base: 0x20000, limit: 0xfff, code: 0x1b, data: 0x23 },
  ]);
});

it("of several data segments the one with the code's limit is the partition's", () => {
  const data = [descriptor(DATA, 0x20000, 0xff), descriptor(DATA, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0x3ff)];
  expect(found(descriptor(CODE, 0x20000, 0xfff), ...data)).toMatchObject([{ data: 0x2b }]);
});

it("with no limits equal, the nearest data segment behind the code is", () => {
  const [before, behind, last] = [0xff, 0x1ff, 0x2ff].map((limit) => descriptor(DATA, 0x20000, limit));
  expect(found(before!, descriptor(CODE, 0x20000, 0xfff), behind!, last!)).toMatchObject([{ code: 0x23, data: 0x2b }]);
});

it("an extra data segment of another base is none, and takes nothing away", () => {
  const screen = descriptor(DATA, 0xb8000, 0xf9f);
  expect(found(descriptor(CODE, 0x20000, 0xfff), screen, descriptor(DATA, 0x20000, 0xfff))).toHaveLength(1);
});

it.each([
  ["bytes", 0x3ffff, 0x3ffff],
  ["pages", 0x180000 - 1, 0x17ffff],
])("limits in %s are taken as offsets", (_, limit, expected) => {
  expect(found(descriptor(CODE, 0x412340, limit), descriptor(DATA, 0x412340, limit))).toMatchObject([{ base: 0x412340, limit: expected }]);
});

it("the larger limit counts: a heap may lie beyond the code", () => {
  expect(found(descriptor(CODE, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0xffff))).toMatchObject([{ limit: 0xffff }]);
});

it("system descriptors, gates and reserved types are passed over", () => {
  const system = Array.from({ length: 16 }, (_, type) => descriptor(0xe0 | type, 0x20000, 0xfff));
  expect(found(...system, descriptor(CODE, 0x20000, 0xfff), descriptor(DATA, 0x20000, 0xfff))).toHaveLength(1);
});

it.each([0, 7, 8, 15])("a table of limit %i has none, and is no trouble", (limit) => {
  const { processor } = new Cpu(1 << 20);
  processor.setWord(L.GDTR_BASE, GDT);
  processor.setWord(L.GDTR_LIMIT, limit);
  expect(findPartitions(processor)).toEqual([]);
});

it("a table beyond the end of memory has none", () => {
  const { processor } = new Cpu(1 << 20);
  processor.setWord(L.GDTR_BASE, 0xfffff000);
  processor.setWord(L.GDTR_LIMIT, 0xffff);
  expect(findPartitions(processor)).toEqual([]);
});

it("a pair cut off by the table's limit is none", () => {
  const { processor } = new Cpu(1 << 20);
  processor.memory.poke(
    physical(GDT),
    Uint8Array.from([...NULL, ...descriptor(CODE, 0x20000, 0xfff), ...descriptor(DATA, 0x20000, 0xfff)]),
  );
  processor.setWord(L.GDTR_BASE, GDT);
  processor.setWord(L.GDTR_LIMIT, 3 * 8 - 2);
  expect(findPartitions(processor)).toEqual([]);
});

it("looking sets no accessed bit", () => {
  const { processor } = new Cpu(1 << 20);
  const table = Uint8Array.from([...NULL, ...descriptor(CODE, 0x20000, 0xfff), ...descriptor(DATA, 0x20000, 0xfff)]);
  processor.memory.poke(physical(GDT), table);
  processor.setWord(L.GDTR_BASE, GDT);
  processor.setWord(L.GDTR_LIMIT, table.length - 1);
  findPartitions(processor);
  expect(processor.memory.peek(physical(GDT), table.length)).toEqual(table);
});
