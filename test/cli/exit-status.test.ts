import { expect, it } from "vitest";
import { file } from "../support/partitions.js";
import { Emulator, TWO } from "../support/pok386.js";
import {
  at,
  cli,
  debugExit,
  hlt,
  inAlDx,
  int,
  jumpToItself,
  lidt,
  long,
  movAl,
  movDx,
  movEax,
  outAlTo,
  outDxAl,
  type Piece,
  powerOff,
  tinyKernel,
  ud2,
} from "../support/tiny-kernel.js";

const runKernel = (pieces: readonly Piece[], ...args: string[]): Emulator =>
  new Emulator(["run", file("kernel.bin", tinyKernel(...pieces).image), ...args]);

it("power-off is 0, and everything the guest has printed is there", async () => {
  const emulator = new Emulator(["run", TWO, "--append", "frames=50"]);
  expect(await emulator.exit).toBe(0);
  expect(emulator.stdout).toMatch(/part2: lap 10 .*\n[\s\S]*\n$/);
  expect(emulator.stderr).toBe("");
});

it.each([
  [0, 1],
  [1, 3],
  [0x31, 0x63],
  [0x7f, 0xff],
  [0x80, 1],
])("debug-exit with %i is %i, as QEMU has it", async (value, status) => {
  expect(await runKernel([debugExit(value)]).exit).toBe(status);
});

it("a triple fault is 3, with its chain of faults in one paragraph", async () => {
  const emulator = runKernel([lidt("none"), ud2, at("none"), long(0), long(0)]);
  expect(await emulator.exit).toBe(3);
  const links = [
    "pok386: triple fault: #UD invalid opcode at 0x08:0x00100027 in kernel (CPL 0, instruction 2), because ud2, or an opcode reserved to be invalid",
    "whose delivery raised #GP general protection with error code 0x0033, because vector 6 (#UD invalid opcode) lies outside the IDT (IDT, limit 0x0)",
    "whose delivery raised #DF double fault with error code 0x0000, because while delivering the first exception: vector 13",
    "whose delivery raised #GP general protection with error code 0x0043, because vector 8 (#DF double fault) lies outside the IDT (IDT, limit 0x0).",
  ];
  const said = emulator.stderr.split("; ");
  expect(said).toHaveLength(links.length + 1);
  links.forEach((link, n) => {
    expect(said[n]).toContain(link);
  });
  expect(emulator.stderr).toMatch(/\. The processor shuts down; the machine has been stopped before any reset\.\n$/);
});

it("a triple fault's paragraph says which limit was passed", async () => {
  const emulator = runKernel([lidt("none"), int(0x42), at("none"), long(0), long(0)]);
  expect(await emulator.exit).toBe(3);
  expect(emulator.stderr).toMatch(
    /#GP general protection with error code 0x0212 at .*, because vector 66 .* lies outside the IDT \(IDT, limit 0x0\);/,
  );
});

it("hlt with interrupts off is 3: nothing can wake the processor", async () => {
  const emulator = runKernel([cli, hlt]);
  expect(await emulator.exit).toBe(3);
  expect(emulator.stderr).toBe("pok386: hlt with interrupts disabled: nothing can wake the processor\n");
});

it.each([
  ["the keyboard controller (port 0x64)", [movAl(0xfe), outAlTo(0x64)]],
  ["the reset control register (port 0xcf9)", [movDx(0xcf9), movAl(6), outDxAl]],
])("a reset by %s is 3, with the machine stopped before it", async (by, pieces) => {
  const emulator = runKernel([...pieces, jumpToItself]);
  expect(await emulator.exit).toBe(3);
  expect(emulator.stderr).toBe(`pok386: the guest has asked for a reset by ${by}; the machine has been stopped before it\n`);
});

it("--max-insns is 4, and says so", async () => {
  const emulator = runKernel([jumpToItself], "--max-insns", "1000000");
  expect(await emulator.exit).toBe(4);
  expect(emulator.stderr).toBe("pok386: --max-insns 1000000 reached\n");
});

it("--max-insns counts a halted processor's time too", async () => {
  const emulator = new Emulator(["run", TWO, "--max-insns", "200000000"]);
  expect(await emulator.exit).toBe(4);
  expect(emulator.stdout).toMatch(/part2: lap [12] /);
});

it("--stats is a few lines of numbers at the end", async () => {
  const emulator = runKernel([jumpToItself], "--max-insns", "30000000", "--jit", "on", "--stats");
  expect(await emulator.exit).toBe(4);
  expect(emulator.stderr).toMatch(
    /\npok386: 30000000 instructions in \d+\.\d{3} s, \d+\.\d MIPS; 0\.300 s of virtual time; peak memory \d+\.\d MB\npok386: jit on: \d+ instructions \(\d+\.\d %\) in the hot tier/,
  );
});

it("--ips says how long a second is", async () => {
  const emulator = runKernel([jumpToItself], "--max-insns", "1000000", "--ips", "1000000", "--stats");
  expect(await emulator.exit).toBe(4);
  expect(emulator.stderr).toContain("1.000 s of virtual time");
});

it("--pace wall keeps to real time", async () => {
  const start = performance.now();
  const emulator = runKernel([jumpToItself], "--max-insns", "500000", "--ips", "1000000", "--pace", "wall");
  expect(await emulator.exit).toBe(4);
  expect(performance.now() - start).toBeGreaterThan(400);
});

/** Prints the string at [ebx + field] to COM1. */
const printString = (field: number): Piece => [
  [0x8b, 0x73, field], // mov esi, [ebx + field]
  movDx(0x3f8),
  ...[0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8], // l: lodsb; test al, al; jz end; out dx, al; jmp l
];

it("--append reaches the guest behind the image's name", async () => {
  const emulator = runKernel([printString(16), powerOff], "--append", "one=1 two");
  expect(await emulator.exit).toBe(0);
  expect(emulator.stdout).toMatch(/kernel\.bin one=1 two$/);
});

it("--module reaches the guest in memory, and may be repeated", async () => {
  const [one, two] = [file("one", "first\0"), file("two", "second\0")];
  // mov ebx, [ebx + 24] (mods_addr); each of the entries begins with where the module lies
  const pieces = [[0x8b, 0x5b, 24], printString(0), printString(16), powerOff];
  const emulator = runKernel(pieces, "--module", one, "--module", two);
  expect(await emulator.exit).toBe(0);
  expect(emulator.stdout).toBe("firstsecond");
});

/** Sends back each character, and ends with the power off at a "q". */
const ECHO: readonly Piece[] = [
  at("again"),
  movDx(0x3fd),
  ...[inAlDx, 0xa8, 0x01, 0x74, 0xf7], // in al, dx; test al, 1; jz again
  movDx(0x3f8),
  ...[inAlDx, outDxAl, 0x3c, "q".charCodeAt(0), 0x75, 0xed], // in al, dx; out dx, al; cmp al, 'q'; jne again
  powerOff,
];

it("what is typed reaches the guest's COM1, and its answer standard output, byte by byte", async () => {
  const emulator = runKernel(ECHO);
  emulator.type("hello \xe9\n");
  await emulator.prints(/hello \xc3\xa9\n/);
  emulator.type("q");
  expect(await emulator.exit).toBe(0);
});

it("a command line without a guest's use changes nothing", async () => {
  const emulator = runKernel([movEax(long(0)), powerOff], "--append", "x".repeat(4000));
  expect(await emulator.exit).toBe(0);
});
