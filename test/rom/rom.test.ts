/** The test ROM finds the same on this processor, on Bochs and on QEMU: what it prints is compared line by line. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { linear } from "../../src/cpu386/address.js";
import { Decoder } from "../../src/cpu386/decode.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { Machine, type MachineExit } from "../../src/pc/machine.js";
import { run } from "../guest/tools.js";
import { Emulator, image } from "../support/pok386.js";
import { type Departure, SuiteReport } from "../support/suite-report.js";
import { bochs } from "./bochs.js";

const ROM = image("test-rom.bin");
const golden = readFileSync(new URL("test-rom.expected.txt", import.meta.url), "utf8");
const lines = golden.trimEnd().split("\n");

/** Findings by which QEMU's own departures from the manual (SDM volume 3) are known: what it prints, and the section it departs from. */
const DATA_LIMITS = "5.3: QEMU checks neither limits nor types of data segments";
const QEMU_DEPARTS: Readonly<Record<string, { readonly prints: string; readonly from: string }>> = {
  "real: word at ds:ffff": { prints: "no fault", from: "5.3 and 20.1.1: QEMU checks no limits of data segments" },
  "real: word at ss:ffff": { prints: "no fault", from: "5.3 and 20.1.1: QEMU checks no limits of data segments" },
  "protected: read through null": { prints: "no fault", from: "5.4.1: QEMU lets null selectors be used" },
  "protected: dword at fd of ff": { prints: "no fault", from: DATA_LIMITS },
  "protected: byte at fff above fff": { prints: "no fault", from: DATA_LIMITS },
  "protected: byte at 10000 of 16 bits": { prints: "no fault", from: DATA_LIMITS },
  "protected: write to read-only": { prints: "no fault", from: "5.5: QEMU checks no types on access" },
  "protected: write to code": { prints: "no fault", from: "5.5: QEMU checks no types on access" },
  "v86: word at ds:ffff": { prints: "no fault", from: "5.3 and 20.2.1: QEMU checks no limits of data segments" },
  // Its saved EIP is taken from the instruction that switched, though CS is the new task's.
  "tasks: jmp to a task with a bad ds": {
    prints: "vector 000a, error 0090, eip +",
    from: "7.3: QEMU raises faults of the new task at the old one's EIP",
  },
};
/** One for each thing that QEMU does in another way, however many findings show it. */
const known = new Map<string, Departure>();
function departureOf(manual: string, what: string): Departure {
  const departure = known.get(what) ?? { reference: "QEMU", what, manual };
  known.set(what, departure);
  return departure;
}
const report = new SuiteReport("test-rom");
afterAll(() => report.write());
const findingOf = (line: string): string => line.slice(0, line.indexOf(": ", line.indexOf(": ") + 1));

test("here", async () => {
  const emulator = new Emulator(["run", "--rom", ROM, "--max-insns", "50000000"]);
  expect(await emulator.exit, emulator.stderr).toBe(0);
  expect(emulator.stdout).toBe(golden);
});

test("with a POST code for each stage", () => {
  const codes: number[] = [];
  const boot = { kind: "rom", path: ROM, bytes: new Uint8Array(readFileSync(ROM)) } as const;
  const m = new Machine({
    memoryBytes: 16 << 20,
    ips: 1e8,
    boot,
    console: () => {},
    post: (port, code) => port === 0x80 && codes.push(code),
  });
  expect(m.run(50_000_000)).toMatchObject({ kind: "power", event: { kind: "power-off" } });
  expect(codes).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("the same one instruction at a time", () => {
  let text = "";
  const boot = { kind: "rom", path: ROM, bytes: new Uint8Array(readFileSync(ROM)) } as const;
  const console = (bytes: Uint8Array): void => {
    text += Buffer.from(bytes).toString("latin1");
  };
  const m = new Machine({ memoryBytes: 16 << 20, ips: 1e8, boot, console });
  const decoder = new Decoder((at) => m.cpu.processor.peekLinear(linear(at), 1)?.[0]);
  const step = (): MachineExit => {
    const cs = m.cpu.processor.segment(SEGMENT.CS);
    const size = cs.attributes & 0x4000 ? 4 : 2;
    report.covered(decoder.decode({ base: cs.base, limit: cs.limit, size, stackSize: size }, m.cpu.processor.eip).form);
    return m.run(1);
  };
  let exit = step();
  for (let n = 0; n < 20_000_000 && exit.kind === "budget"; n++) exit = step();
  expect([exit.kind, text]).toEqual(["power", golden]);
});

test("on Bochs", () => {
  report.cases += lines.length;
  expect(bochs(ROM)).toBe(golden);
});

test("on QEMU, but for what it is known to do in another way than the manual", () => {
  const { stdout, status } = run("qemu-system-i386", ["-bios", ROM, "-display", "none", "-serial", "stdio", "-no-reboot", "-m", "16"]);
  expect(status).toBe(0);
  const [ours, theirs] = [golden.split("\n"), stdout.split("\n")];
  report.cases += lines.length;
  expect(theirs.length).toBe(ours.length);
  const departures: string[] = [];
  for (const [n, line] of ours.entries()) {
    if (theirs[n] === line) continue;
    const finding = findingOf(line);
    expect(theirs[n]).toContain(`${finding}: ${QEMU_DEPARTS[finding]?.prints}`);
    departures.push(finding);
    const [section, what] = QEMU_DEPARTS[finding]!.from.split(": QEMU ");
    report.departs(departureOf(`volume 3, ${section}`, what!));
  }
  // Not the other way round: a later QEMU may have mended some.
  expect(Object.keys(QEMU_DEPARTS)).toEqual(expect.arrayContaining(departures));
});
