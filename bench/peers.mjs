/** The emulators that are compared. Each boots a guest and gives the seconds between the kernel's last line and the result. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const IMAGE = path("../src/guest/images/bench-integer.elf");
export const PAGED = path("../src/guest/images/bench-paged.elf");
/** With a clock that ticks 10,000 times a second. */
export const TIMED = path("../src/guest/images/bench-timed.elf");
/** Its iterations are told with the kind of work: see its main.c. */
export const KINDS = path("../src/guest/images/bench-kinds.elf");
/** The program's handler of an interrupt that it asks for again and again. */
export const FORWARDS = path("../src/guest/images/bench-forwards.elf");
export const MAIN = path("../dist/cli/main.js");
const PART = path("../src/guest/images/pok-two.elf");

/** The kernel prints the one right before it enters the partition, the partition the other at the end. */
const LINE = /^bench: (?:base|\d+ iterations, crc (0x[0-9a-f]+), done)/;

/** Runs a program that shows the guest's console and times its lines. */
function timeLines(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const seen = [];
    let text = "";
    let errors = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        note(seen, text.slice(0, end));
        text = text.slice(end + 1);
      }
    });
    child.stderr.on("data", (bytes) => {
      errors += bytes;
    });
    child.on("error", (error) =>
      reject(error.code === "ENOENT" ? new Error(`${program} is missing: apt-get install qemu-system-x86`) : error),
    );
    child.on("close", () =>
      seen.length === 2 ? resolve({ ...outcome(seen), errors }) : reject(new Error(`${program} printed ${seen.length} lines: ${errors}`)),
    );
  });
}
function note(seen, line) {
  const match = LINE.exec(line);
  if (match) seen.push({ at: performance.now(), crc: match[1] });
}
const outcome = ([first, last]) => ({ seconds: (last.at - first.at) / 1000, crc: last.crc });

export const ours = (iterations, image = IMAGE, ...options) =>
  timeLines(process.execPath, ["--v8-pool-size=1", MAIN, "run", image, "--stats", "--append", `iters=${iterations}`, ...options]);

export const qemu = (iterations, image = IMAGE, ...options) =>
  timeLines("qemu-system-i386", [
    ...options,
    "-kernel",
    image,
    "-append",
    `iters=${iterations}`,
    "-m",
    "64",
    "-display",
    "none",
    "-serial",
    "stdio",
    "-no-reboot",
  ]);

export async function v86(iterations, image = IMAGE) {
  const { V86 } = await import("v86");
  const wasm = fileURLToPath(import.meta.resolve("v86/build/v86.wasm"));
  const emulator = new V86({
    wasm_path: wasm,
    memory_size: 64 * 1024 * 1024,
    multiboot: { buffer: new Uint8Array(readFileSync(image)).buffer },
    cmdline: `iters=${iterations}`,
    autostart: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
  });
  const seen = [];
  let text = "";
  const result = await new Promise((resolve) => {
    emulator.add_listener("serial0-output-byte", (byte) => {
      const character = String.fromCharCode(byte);
      if (character !== "\n") {
        text += character;
        return;
      }
      note(seen, text.trim());
      text = "";
      if (seen.length === 2) resolve(outcome(seen));
    });
  });
  await emulator.destroy();
  return result;
}

/** Seconds from starting Node to the first line of a partition, and the peak memory of such a run in MB. */
export function startUp() {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(process.execPath, ["--v8-pool-size=1", MAIN, "run", PART, "--stats", "--append", "frames=50"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let seconds;
    let out = "";
    let errors = "";
    child.stdout.on("data", (bytes) => {
      out += bytes;
      if (/^part1: lap/m.test(out)) seconds ??= (performance.now() - from) / 1000;
    });
    child.stderr.on("data", (bytes) => {
      errors += bytes;
    });
    child.on("close", () => {
      const memory = Number(/peak memory ([\d.]+) MB/.exec(errors)?.[1]);
      if (seconds === undefined || Number.isNaN(memory)) reject(new Error(`the demo did not run: ${errors}`));
      else resolve({ seconds, memory });
    });
  });
}

/** Instructions a run of ours retires, from its --stats line. */
export const retired = ({ errors }) => Number(/(\d+) instructions in/.exec(errors)[1]);
