import { expect, test } from "vitest";
import { ProgramStarts } from "../../src/debug/program-starts.js";
import type { SystemModel } from "../../src/debug/system.js";
import type { SavedRegisters } from "../../src/debug/threads.js";
import type { Machine } from "../../src/pc/machine.js";

const ENTRY = 0x1000;
const PART1 = { space: 2, thread: 1 };
const KERNEL = { space: 1, thread: 1 };

function watched() {
  const bytes = new Uint8Array(52);
  new DataView(bytes.buffer).setUint32(24, ENTRY, true);
  const spaces = [{ id: 2, name: "part1", executable: { path: "/pok386/part1.elf", bytes } }];
  let leaves = 0;
  const machine = { leave: () => leaves++ } as unknown as Machine;
  const starts = new ProgramStarts(machine, { spaces: () => spaces } as unknown as SystemModel);
  starts.wanted = true;
  return {
    starts,
    leaves: () => leaves,
    /** The kernel is left for an offset of a thread. */
    enter: (eip: number, thread = PART1) => {
      starts.leaves();
      return starts.take(thread, () => eip)?.reason;
    },
    interrupt: (eip: number) => starts.enters(PART1, { eip } as SavedRegisters),
  };
}

test("a partition entered at its executable's entry point begins, each time", () => {
  const { enter, interrupt } = watched();
  expect(enter(ENTRY)).toEqual({ kind: "started", text: "part1 begins" });
  interrupt(ENTRY + 20);
  expect(enter(ENTRY + 20)).toBeUndefined();
  interrupt(ENTRY + 20);
  expect(enter(ENTRY)).toEqual({ kind: "started", text: "part1 begins" });
});

test("to go on after an interrupt in front of the first instruction is no beginning", () => {
  const { enter, interrupt } = watched();
  expect(enter(ENTRY)).toBeDefined();
  interrupt(ENTRY);
  expect(enter(ENTRY)).toBeUndefined();
});

test("only where the kernel has been left since the last look", () => {
  const { starts, enter } = watched();
  expect(enter(ENTRY + 4)).toBeUndefined();
  expect(starts.take(PART1, () => ENTRY)).toBeUndefined();
  expect(enter(ENTRY, KERNEL)).toBeUndefined();
});

test("not wanted, it costs no stop", () => {
  const { starts, enter, leaves } = watched();
  starts.wanted = false;
  expect(enter(ENTRY)).toBeUndefined();
  expect(leaves()).toBe(0);
});
