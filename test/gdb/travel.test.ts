/** `monitor` commands about the past; what they print comes from the program, so one gdb is enough. */
import { expect, it } from "vitest";
import { ALL, functions, session, type Transcript } from "./session.js";

// The kernel is told its path, which takes time: that of docs/FINDING-THE-2013-BUG.md.
const KERNEL = "src/guest/images/forward-2013.elf";
const COMMANDS = [
  ...[
    "when",
    "last-write part1:0xffbc",
    "last-write 0xffbc",
    "last-write part1:pok_vcpu 0x100",
    "last-write ss:0xffbc",
    "last-write 0xffbc x",
  ],
  ...["last-write", "last-write 0x9000", "last-exec checksum", "last-exec kernel:pok_boot", "last-exec nowhere", "last-exec part1:0x10a4"],
  ...[
    "last-exec",
    "checkpoint fault",
    "checkpoint 9",
    "goto 192193",
    "diff fault",
    "diff -1",
    "goto start",
    "goto -1",
    "goto +5",
    "goto fault",
  ],
  ...["goto", "goto 5000000", "hash", "diff start"],
].map((command) => `monitor ${command}`);

let transcript: Promise<Transcript> | undefined;
const atFault = (): Promise<Transcript> =>
  (transcript ??= session("gdb", [ALL, "break exception", "continue", "thread 2.1", ...COMMANDS, "monitor when"], { kernel: KERNEL }));
const answer = async (command: string, nth = 0): Promise<string> => (await atFault()).of(`monitor ${command}`, nth);

it("when says which moment it is, and how far the history reaches", async () => {
  expect(await answer("when")).toMatch(
    /^instruction 192491, in kernel at 0x00105fcd <pok_trap\+13>, 0\.001925 s\nhistory: 0 to 192491, \d+ snapshots, \d+\.\d MB\n$/,
  );
});

it("last-write names the instruction that wrote", async () => {
  expect(await answer("last-write part1:0xffbc")).toBe(
    'written by instruction 192193, in kernel at 0x00102f0d <pok_vcpu_deliver+50>, 298 instructions ago; "monitor goto 192193" goes there\n',
  );
});

it("last-write takes symbols and lengths", async () => {
  expect(await answer("last-write part1:pok_vcpu 0x100")).toMatch(/^written by instruction \d+, in (part1|kernel) at /);
});

it("last-write knows of memory that nobody wrote", async () => {
  expect(await answer("last-write 0x9000")).toBe("not written since the history began, at instruction 0\n");
});

it.each([
  ["last-write", "last-write: which address?\n"],
  ["last-write 0xffbc x", 'last-write: "x" is no number of 32 bits\n'],
  ["last-exec", "last-exec: which function?\n"],
  ["last-exec nowhere", 'last-exec: there is no function "nowhere"\n'],
  ["checkpoint 9", 'checkpoint: "9" is no name for a checkpoint\n'],
  ["goto", 'goto: say COUNT, +N, -N, start, end or a checkpoint\'s name, not ""\n'],
  ["goto 5000000", "goto: 5000000 is not known: the history is 0 to 192491\n"],
  ["goto -1", "goto: -1 is not known: the history is 0 to 192491\n"],
])("%s says what is wrong", async (command, words) => {
  expect(await answer(command)).toBe(words);
});

it("last-exec names the last time a function was entered", async () => {
  expect(await answer("last-exec checksum")).toMatch(
    /^executed by instruction 94092, in part1 at 0x000010a3 <checksum>, 98399 instructions ago;/,
  );
  expect(await answer("last-exec kernel:pok_boot")).toMatch(/^executed by instruction \d, in kernel at 0x[0-9a-f]+ <pok_boot>,/);
});

it("last-exec takes an address", async () => {
  expect(await answer("last-exec part1:0x10a4")).toMatch(/^executed by instruction 94093, in part1 at 0x000010a4 <checksum\+1>/);
});

it("goto goes to a count, to an end, by a distance and to a checkpoint", async () => {
  expect(await answer("goto 192193")).toMatch(/^instruction 192193, in kernel at 0x00102f0d <pok_vcpu_deliver\+50>\n/);
  expect(await answer("goto start")).toMatch(/^instruction 0, in kernel at 0x0010000c <_start>\n/);
  expect(await answer("goto +5")).toMatch(/^instruction 5, in kernel at /);
  expect(await answer("goto fault")).toMatch(/^instruction 192491, in kernel at 0x00105fcd <pok_trap\+13>\n/);
});

it("diff shows what one instruction does", async () => {
  expect(await answer("diff -1")).toMatch(
    /^(\w+ +0x[0-9a-f]{8} -> 0x[0-9a-f]{8}\n)+since instruction 192192: \d registers, 0 bytes in 0 ranges\n$/,
  );
});

it("diff names the memory that differs", async () => {
  expect(await answer("diff fault")).toMatch(/ +\d+ bytes at part1:0x0000ff[0-9a-f]{2}: [0-9a-f.]+ -> [0-9a-f.]+\n/);
});

it("hash is the same at the same moment", async () => {
  const hashes = await session("gdb", [
    "monitor goto start",
    "break pok_boot",
    "continue",
    "monitor hash",
    "stepi 500",
    "monitor goto 7",
    "monitor hash",
  ]);
  expect(hashes.of("monitor hash", 1)).toBe(hashes.of("monitor hash"));
  expect(hashes.of("monitor hash")).toMatch(/^instruction 7: [0-9a-f]{64}\n$/);
});

it("gdb sees the moment gone to once it looks again", async () => {
  const said = await session("gdb", [ALL, "break exception", "continue", "monitor goto 192193", "maintenance flush register-cache", "bt"], {
    kernel: KERNEL,
  });
  expect(functions(said.last)).toEqual(["pok_vcpu_deliver", "pok_trap_common"]);
});

it("without a history there is no way back", async () => {
  const said = await session("gdb", ["monitor when", "reverse-stepi"], { args: ["--history", "0"] });
  expect(said.of("monitor when")).toBe("when: no history is kept: --history 0\n");
  expect(said.last).toContain("Target remote does not support this command.");
});
