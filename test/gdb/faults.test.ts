/** What gdb and `monitor why` tell of a guest that breaks a rule: kernels of a few instructions, each with its mistake. */
import { describe, expect, it } from "vitest";
import { GDBS } from "../gdbstub/real-gdb.js";
import { file } from "../support/partitions.js";
import { debugged } from "../support/pok386.js";
import {
  at,
  cli,
  debugExit,
  descriptor,
  hlt,
  int,
  lgdt,
  lidt,
  loadData,
  long,
  movAl,
  movEax,
  nop,
  outAlTo,
  type Piece,
  tinyKernel,
  ud2,
  word,
} from "../support/tiny-kernel.js";
import { type SessionOptions, session, sessionAt } from "./session.js";

const kernel = (...pieces: readonly Piece[]): SessionOptions => ({ kernel: file("kernel.bin", tinyKernel(...pieces).image), faulty: true });
const NO_IDT: readonly Piece[] = [at("none"), long(0), long(0)];
const why = async (pieces: readonly Piece[]): Promise<string> =>
  (await session("gdb", ["continue", "monitor why"], kernel(...pieces))).last;

describe.each(GDBS)("%s", (gdb) => {
  it("stops before the reset that a triple fault would be, where it was raised, with the whole chain", async () => {
    const said = await session(gdb, ["continue", "x/i $pc", "p/x $esp"], kernel(lidt("none"), nop, ud2, ...NO_IDT));
    expect(said.of("continue")).toMatch(/triple fault: #UD .*; whose delivery raised #GP .*; whose delivery raised #DF /);
    expect(said.of("continue")).toMatch(/received signal SIGSEGV, Segmentation fault\./);
    expect(said.of("x/i $pc")).toMatch(/^=> 0x100028:\tud2$/m);
  });

  it("leaves a machine that cannot go on with its status 3", async () => {
    const { emulator, port } = await debugged([], kernel(lidt("none"), ud2, ...NO_IDT).kernel);
    await sessionAt(gdb, port, ["continue"]);
    expect(await emulator.exit).toBe(3);
    expect(emulator.stderr).toContain("pok386: triple fault: #UD");
  });

  it("stops at hlt with interrupts off", async () => {
    const said = await session(gdb, ["continue", "x/i $pc - 1"], kernel(nop, cli, hlt));
    expect(said.of("continue")).toMatch(/hlt with interrupts disabled: nothing can wake the processor\n[\s\S]*received signal SIGTRAP/);
    expect(said.last).toMatch(/:\thlt$/m);
  });

  it("stops before a reset that the guest asks for", async () => {
    const said = await session(gdb, ["continue", "p/x $eax & 0xff"], kernel(movAl(0xfe), outAlTo(0x64), nop, hlt));
    expect(said.of("continue")).toContain("the guest has asked for a reset by the keyboard controller (port 0x64)");
    expect(said.last).toBe("$1 = 0xfe\n");
  });

  it("shows a debug-exit's value before the machine ends with it", async () => {
    const { emulator, port } = await debugged([], kernel(debugExit(3)).kernel);
    const said = await sessionAt(gdb, port, ["continue", "continue"]);
    expect(said.of("continue")).toContain("the guest has ended with 3 at the debug-exit port");
    expect(await emulator.exit).toBe(7);
  });
});

describe("monitor why", () => {
  it("of a vector beyond the IDT names the vector and the limit", async () => {
    expect(await why([lidt("none"), int(0x42), ...NO_IDT])).toMatch(/rule +vector .* lies outside the IDT\n/);
  });

  const gdt = [
    ...Array(8).fill(0),
    ...descriptor(0x9a, 0, 0xffffffff),
    ...descriptor(0x92, 0, 0xffffffff),
    ...descriptor(0x92, 0x5000, 0xff),
    ...descriptor(0x12, 0, 0xff),
  ];
  /** Loads the table above, and does something with it. */
  const withTable = (...pieces: readonly Piece[]): Piece[] => [
    ...[lidt("none"), lgdt("gdtr"), ...pieces, hlt, ...NO_IDT],
    ...[at("gdt"), gdt, at("gdtr"), word(gdt.length - 1), "gdt"],
  ];
  /** The first fault of the chain is the guest's own. */
  const first = async (...pieces: readonly Piece[]): Promise<string> =>
    (await session("gdb", ["continue", "monitor why"], kernel(...withTable(...pieces)))).last;

  it("of a segment that is not present names the selector", async () => {
    expect(await first(loadData(0x20))).toMatch(/#NP segment not present with error code 0x0020 .*because .*0x0020/);
  });

  it("of an access beyond a limit names the segment, the offset and the limit", async () => {
    // mov ds, 0x18; mov eax, [0xfe]: two of its four bytes lie beyond the limit
    const text = await first([0x66, 0xb8, word(0x18), 0x8e, 0xd8], [0xa1, long(0xfe)]);
    expect(text).toMatch(/#GP general protection with error code 0x0000 at 0x08:0x[0-9a-f]+ .*DS 0x0018.*offset 0xfe.*limit 0xff/);
  });

  it("of a selector beyond the table names it", async () => {
    expect(await first(loadData(0x200))).toMatch(/#GP general protection with error code 0x0200 .*(DS|SS|ES|FS|GS)? ?0x0200/);
  });

  it("of a null selector in SS names it", async () => {
    expect(await first(movEax(long(0)), [0x8e, 0xd0])).toMatch(/#GP general protection with error code 0x0000 .*SS/);
  });
});
