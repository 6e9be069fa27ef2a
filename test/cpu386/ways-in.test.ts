/** Entries in the middle of loops: a copy leads from there to the head, and the loop itself has one way in. */
import { describe, expect, test } from "vitest";
import type { Node } from "../../src/cpu386/jit/graph.js";
import { numberHeads } from "../../src/cpu386/jit/structure.js";
import { copyWaysIn } from "../../src/cpu386/jit/ways-in.js";

function node(ip: number, length = 4): Node {
  return {
    ip,
    length,
    sometimes: 0,
    code: Uint8Array.of(ip),
    exits: false,
    callsOut: false,
    repeats: false,
    changes: new Set(),
    flagsByRegisters: new Map(),
    terminator: { kind: "leave", at: 0 },
    successors: [],
    dispatched: [],
    need: 0,
    entry: 0,
  };
}
/** Nodes by jumps between them; `entries` are numbered in their order. */
function graph(
  jumps: Readonly<Record<number, readonly number[]>>,
  entries: readonly number[],
  lengths: Readonly<Record<number, number>> = {},
) {
  const nodes = new Map(Object.keys(jumps).map((ip) => [Number(ip), node(Number(ip), lengths[Number(ip)])]));
  for (const [ip, to] of Object.entries(jumps)) nodes.get(Number(ip))!.successors = to.map((s) => nodes.get(s)!);
  const numbered = entries.map((ip, n) => Object.assign(nodes.get(ip)!, { entry: n + 1 }));
  return { at: (ip: number): Node => nodes.get(ip)!, nodes: [...nodes.values()], entries: numbered };
}
const ips = (nodes: readonly Node[]): number[] => nodes.map(({ ip }) => ip);

/** 1 jumps to the condition 3, which leads back to 2 or out to 4. */
const ROTATED = { 1: [3], 2: [3], 3: [2, 4], 4: [] };

describe("an entry in the middle of a loop", () => {
  const { at, nodes, entries } = graph(ROTATED, [1, 2]);
  const all = copyWaysIn(nodes, entries);

  test("is a copy in its place", () => {
    expect(ips(all)).toEqual([1, 2, 3, 4, 2]);
    expect(entries[1]).toBe(all[4]);
    expect([at(2).entry, entries[1]!.entry, [...entries[1]!.code]]).toEqual([0, 2, [2]]);
  });
  test("goes on to the head by dispatch", () => {
    expect(entries[1]!.successors).toEqual([]);
    expect(entries[1]!.dispatched).toEqual([at(3)]);
    expect([at(3).entry, entries[2]]).toEqual([3, at(3)]);
  });
  test("leaves the loop with one head", () => {
    expect([...numberHeads(all, entries)]).toEqual([at(3)]);
    expect(ips(entries)).toEqual([1, 2, 3]);
  });
});

test("all that lies between it and the head is copied, and what leads out of the loop leads out of the region", () => {
  const { at, nodes, entries } = graph({ 1: [9], 2: [3, 4], 3: [9], 4: [9, 10], 9: [2, 10], 10: [] }, [1, 2]);
  const copies = copyWaysIn(nodes, entries).slice(nodes.length);
  expect(ips(copies).sort()).toEqual([2, 3, 4]);
  expect(copies.map(({ ip, successors, dispatched }) => [ip, ips(successors), ips(dispatched)])).toEqual(
    expect.arrayContaining([
      [2, [3, 4], []],
      [3, [], [9]],
      [4, [], [9]],
    ]),
  );
  expect(copies.flatMap(({ successors }) => successors).every((to) => copies.includes(to))).toBe(true);
  expect(at(4).successors).toEqual([at(9), at(10)]);
});

test("what leads out of an inner loop to the head of one around it is copied too, and goes on there by dispatch", () => {
  // 1 enters the outer loop at 9; 3 is the inner loop's head, and 5, in its middle, leads out of it by 6 to 9.
  const { at, nodes, entries } = graph({ 1: [9], 9: [3, 10], 3: [5], 5: [3, 6], 6: [9], 10: [] }, [1, 5]);
  const copies = copyWaysIn(nodes, entries).slice(nodes.length);
  expect(copies.map(({ ip, successors, dispatched }) => [ip, ips(successors), ips(dispatched)])).toEqual([
    [5, [6], [3]],
    [6, [], [9]],
  ]);
  expect([entries[1], at(5).entry]).toEqual([copies[0], 0]);
  expect(ips(entries)).toEqual([1, 5, 3, 9]);
});

test("entries are copied as long as there is room", () => {
  // A switch: 2 jumps to the entries 10 to 29, which all lead back to it.
  const cases = Array.from({ length: 20 }, (_, n) => 10 + n);
  const jumps = Object.fromEntries([[1, [2]], [2, cases], ...cases.map((ip) => [ip, [2]])]);
  const { nodes, entries } = graph(jumps, [1, ...cases], Object.fromEntries(cases.map((ip) => [ip, 39])));
  expect(copyWaysIn(nodes, entries).length - nodes.length).toBe(11);
});

test("if that is too far, it leads out of the region as before", () => {
  const { nodes, entries } = graph({ 1: [9], 9: [3, 10], 3: [5], 5: [3, 6], 6: [9], 10: [] }, [1, 5], { 6: 40 });
  const copies = copyWaysIn(nodes, entries).slice(nodes.length);
  expect(copies.map(({ ip, successors, dispatched }) => [ip, ips(successors), ips(dispatched)])).toEqual([[5, [], [3]]]);
});

test.each([
  ["a head", { 1: [2], 2: [3], 3: [2, 4], 4: [] }, [1, 2], {}],
  ["in no loop", { 1: [2], 2: [3], 3: [] }, [1, 2], {}],
  ["in a loop that nothing else leads into", { 2: [3], 3: [2] }, [2], {}],
  ["too far from the head", ROTATED, [1, 2], { 2: 41 }],
  ["in front of a loop within", { 1: [9], 2: [3], 3: [4], 4: [3, 9], 9: [2, 10], 10: [] }, [1, 2], {}],
])("an entry that is %s stays what it is", (_which, jumps, numbers, lengths) => {
  const { nodes, entries } = graph(jumps as Readonly<Record<number, readonly number[]>>, numbers, lengths);
  expect(copyWaysIn(nodes, entries)).toEqual(nodes);
  expect(entries.map(({ entry }) => entry)).toEqual(numbers.map((_, n) => n + 1));
});
