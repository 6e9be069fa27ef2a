/** Who runs the cases: this processor, QEMU and Bochs, each with the same ROM and the same table in its memory. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { physical } from "../../src/cpu386/address.js";
import type { MachineOptions } from "../../src/pc/machine.js";
import { configureBochs, INSTALL_BOCHS, requireStarted } from "../rom/bochs.js";
import { folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";
import { image } from "../support/pok386.js";
import { verified } from "../support/verified.js";
import type { Case } from "./case.js";
import { AREA_BYTES, ENGINE } from "./layout.js";
import type { Outcome } from "./rules/predict.js";
import { decode, encode, TABLE } from "./table.js";

/** The engine at the end of a ROM of 64 KB. */
export function romBytes(): Uint8Array {
  const rom = new Uint8Array(0x10000).fill(0xff);
  rom.set(readFileSync(image("matrix-end.bin")), ENGINE);
  return rom;
}
function romFile(at: string): string {
  const path = join(at, "rom.bin");
  writeFileSync(path, romBytes());
  return path;
}
const MEGABYTES = 32;
/** Instructions of a slice, and slices: many times what all cases take. */
const SLICE = 5_000_000;
const MOST_SLICES = 2000;

/** Runs a table and gives the bytes that came out of COM1. */
type Runner = (table: Uint8Array) => Promise<Uint8Array>;

const here: Runner = async (table) => {
  const bytes = romBytes();
  const printed: number[] = [];
  const options: MachineOptions = {
    memoryBytes: MEGABYTES << 20,
    ips: 1e8,
    boot: { kind: "rom", path: "matrix-end.bin", bytes },
    console: (some) => printed.push(...some),
  };
  const m = verified(options, ({ cpu }) => cpu.processor.memory.poke(physical(TABLE), table));
  // A processor that goes astray is stopped, as the others are; by count, since a run that verifies takes its time.
  for (let n = 0; n < MOST_SLICES; n++) if (m.run(SLICE).kind !== "budget") break;
  return Uint8Array.from(printed);
};

function finish(program: string, args: readonly string[], install: string, input = ""): Promise<void> {
  return new Promise((resolve, reject) => {
    // In a group of its own: what is started may be a script that starts the emulator.
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"], detached: true, env: { ...process.env, TERM: "xterm" } });
    const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), PATIENCE);
    child.on("error", (e) => reject("code" in e && e.code === "ENOENT" ? new Error(`${program} is missing: ${install}`) : e));
    child.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const qemu: Runner = async (table) => {
  const at = folder();
  const [file, serial] = [join(at, "table.bin"), join(at, "serial.bin")];
  writeFileSync(file, table);
  const loader = `loader,file=${file},addr=0x${TABLE.toString(16)},force-raw=on`;
  const args = [
    "-bios",
    romFile(at),
    "-device",
    loader,
    "-serial",
    `file:${serial}`,
    "-display",
    "none",
    "-no-reboot",
    "-m",
    String(MEGABYTES),
  ];
  await finish("qemu-system-i386", args, "apt-get install qemu-system-x86");
  return new Uint8Array(readFileSync(serial));
};

/** Bochs loads up to four files into memory, and only as far as one block of its memory goes. */
const BLOCK = 0x20000;
const BOCHS_CAPACITY = 4 * BLOCK;

const bochs: Runner = async (table) => {
  const at = folder();
  // Slow by its own clock, so that a character takes fewer instructions; and a shutdown is to end it.
  const more = ["cpu: ips=1000000, reset_on_triple_fault=0"];
  for (let n = 0; n * BLOCK < table.length; n++) {
    const file = join(at, `table${n}.bin`);
    writeFileSync(file, table.subarray(n * BLOCK, (n + 1) * BLOCK));
    more.push(`optramimage${n + 1}: file=${file}, address=0x${(TABLE + n * BLOCK).toString(16)}`);
  }
  const files = configureBochs(romFile(at), more, MEGABYTES);
  await finish("bochs", ["-q", "-f", files.configuration], INSTALL_BOCHS, "c\nq\n");
  // A case that shuts down before anything was printed leaves no file.
  if (!existsSync(files.console) && existsSync(files.log) && readFileSync(files.log, "latin1").includes("no resolution"))
    return new Uint8Array();
  requireStarted(files);
  return new Uint8Array(readFileSync(files.console));
};

export const MACHINES: Readonly<Record<"here" | "qemu" | "bochs", { readonly run: Runner; readonly capacity: number }>> = {
  here: { run: here, capacity: Number.POSITIVE_INFINITY },
  qemu: { run: qemu, capacity: Number.POSITIVE_INFINITY },
  bochs: { run: bochs, capacity: BOCHS_CAPACITY },
};
export type MachineName = keyof typeof MACHINES;

/** As many of the first cases as one table may hold. */
function fitting(cases: readonly Case[], capacity: number): readonly Case[] {
  let left = capacity - AREA_BYTES - 4;
  const end = cases.findIndex((c) => (left -= 2 + 6 * c.patches.length) < 0);
  return end < 0 ? cases : cases.slice(0, end);
}

/** All cases' outcomes. A processor that shuts down, or never comes back, is started again behind the case that did it. */
export async function observe(name: MachineName, cases: readonly Case[], area: Uint8Array): Promise<Outcome[]> {
  const { run, capacity } = MACHINES[name];
  const outcomes: Outcome[] = [];
  let lost = 0;
  while (outcomes.length < cases.length) {
    const some = fitting(cases.slice(outcomes.length), capacity);
    const found = decode(await run(encode(some, area))).slice(0, some.length);
    outcomes.push(...found);
    if (found.length === some.length) continue;
    outcomes.push({ vector: "shutdown", errorCode: undefined, changed: [] });
    if (++lost > 20) throw new Error(`${name} got lost too often, the last time in: ${cases[outcomes.length - 1]!.name}`);
  }
  return outcomes;
}
