/** What the fake target pretends to run: a kernel and two partitions at the same addresses, and who is where when. */
import type { Space, Stop } from "../../src/debug/target.js";
import { makeElf } from "./tiny-elf.js";

export interface Moment {
  readonly space: number;
  readonly eip: number;
  /** What executing it does. */
  readonly writes?: { readonly space: number; readonly address: number; readonly byte: number };
  readonly stops?: Stop["reason"];
  readonly says?: string;
}

const KERNEL_MAIN = 0x100000;
const KERNEL_GATE = 0x100040;
const PART_MAIN = 0x1000;
export const GREETING = 0x2000;
export const COUNTER = 0x2040;

/** push %ebp; mov %esp,%ebp; then nops, with `int $0x2a` at 8. */
const functionBytes = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size).fill(0x90);
  bytes.set([0x55, 0x89, 0xe5]);
  bytes.set([0xcd, 0x2a], 8);
  return bytes;
};

const walk = (space: number, start: number, offsets: readonly number[]): Moment[] =>
  offsets.map((offset) => ({ space, eip: start + offset }));

const BEFORE_GATE = [0, 1, 3, 4, 5, 6, 7, 8];
const AFTER_GATE = [10, 11, 12, 13, 14, 15];

const BOOT = walk(1, KERNEL_MAIN, [0, 1, 3, 4, 5]);
/** Each partition runs its main up to its system call, the kernel's gate runs, and the partition goes on. */
const turn = (space: number): Moment[] => [
  ...walk(space, PART_MAIN, BEFORE_GATE),
  ...walk(1, KERNEL_GATE, [0, 1, 3, 4]),
  { space: 1, eip: KERNEL_GATE + 5, writes: { space, address: COUNTER, byte: 1 } },
  ...walk(space, PART_MAIN, AFTER_GATE),
];
export const TIMELINE: readonly Moment[] = [...BOOT, ...turn(2), ...turn(3)];

export interface FakeSpace extends Space {
  readonly regions: { readonly address: number; readonly bytes: Uint8Array }[];
}

const space = (id: number, name: string, textAt: number, symbols: readonly [string, number][], greeting: string): FakeSpace => {
  const text = { address: textAt, bytes: functionBytes(0x80) };
  const data = { address: GREETING, bytes: new Uint8Array(0x80) };
  data.bytes.set(new TextEncoder().encode(greeting));
  const bytes = makeElf({
    text,
    data,
    symbols: [
      ...symbols.map(([symbol, address]) => ({ name: symbol, address, size: 0x40, kind: "function" as const })),
      { name: "greeting", address: GREETING, size: 0x40, kind: "object" },
      { name: "counter", address: COUNTER, size: 4, kind: "object" },
    ],
  });
  return { id, name, executable: { path: `/pok386/${name}.elf`, bytes }, regions: [text, data] };
};

/** Fresh memory each time. */
export const makeSpaces = (): readonly FakeSpace[] => [
  space(
    1,
    "kernel",
    KERNEL_MAIN,
    [
      ["kernel_main", KERNEL_MAIN],
      ["kernel_gate", KERNEL_GATE],
    ],
    "hello from the kernel",
  ),
  space(2, "part1", PART_MAIN, [["main", PART_MAIN]], "hello from part1"),
  space(3, "part2", PART_MAIN, [["main", PART_MAIN]], "hello from part2"),
];
