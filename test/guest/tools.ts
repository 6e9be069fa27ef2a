/** Runs the programs the guest tests need. A missing one fails the test with the line that installs it. */
import { spawn, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PATIENCE } from "../support/patience.js";
import { withTiers } from "../support/tiers.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const images = `${root}src/guest/images/`;

const packages: Record<string, string> = {
  "qemu-system-i386": "qemu-system-x86",
  gdb: "gdb",
  gcc: "gcc",
  objcopy: "binutils",
  readelf: "binutils",
};

/** Time passes with the instructions. */
export const BY_COUNT = ["-icount", "shift=3,sleep=off"];
const QEMU = ["-m", "64", "-display", "none", "-serial", "stdio", "-no-reboot"];

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, args: readonly string[], timeout = PATIENCE, cwd = root): Outcome {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd, timeout, encoding: "utf8" });
  if (error && "code" in error && error.code === "ENOENT") {
    throw new Error(`${program} is missing: apt-get install ${packages[program] ?? program}`);
  }
  if (error) throw error;
  return { status, stdout, stderr };
}

/** What to type, and after which words. */
export interface Answer {
  readonly prompt: string;
  readonly line: string;
}

/** As `run`, while others run as well; what is printed can be answered. */
export function runBeside(program: string, args: readonly string[], answer?: Answer, timeout = PATIENCE): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, timeout });
    let [stdout, stderr, answered] = ["", "", answer === undefined];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (answered || !stdout.includes(answer!.prompt)) return;
      answered = true;
      child.stdin.write(`${answer!.line}\n`);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", () => reject(new Error(`${program} is missing: apt-get install ${packages[program] ?? program}`)));
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/**
 * Runs an image here and in QEMU. There, time passes with the instructions, as it does here, so that neither what it prints nor how long it
 * takes depends on the load of this machine; unless somebody types, who has a time of his own: then both keep to the wall's.
 */
export async function runInBoth(image: string, answer?: Answer): Promise<{ here: Outcome; qemu: Outcome }> {
  const [pace, clock] = answer ? [["--pace", "wall"], []] : [[], BY_COUNT];
  const [here, qemu] = await Promise.all([
    runBeside(process.execPath, [`${root}dist/cli/main.js`, ...withTiers(["run", images + image, ...pace])], answer),
    runBeside("qemu-system-i386", [...clock, ...QEMU, "-kernel", images + image], answer),
  ]);
  return { here, qemu };
}

/** Lines of each partition and of the kernel, whose names they begin with; all others together. */
export function byPartition(text: string): Map<string, string[]> {
  const names = new Set(["kernel", ...[...text.matchAll(/^(\S+): base /gm)].map((match) => match[1]!)]);
  const lines = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const name = /^(\S+): /.exec(line)?.[1] ?? "";
    const whose = names.has(name) ? name : "";
    lines.set(whose, [...(lines.get(whose) ?? []), line]);
  }
  return lines;
}

/** Boots a multiboot image in QEMU, whose time passes with the instructions, and returns what it writes to COM1 until it powers off. */
export function boot(image: string, commandLine: string): Outcome {
  return run("qemu-system-i386", [...BY_COUNT, "-kernel", resolve(images, image), "-append", commandLine, ...QEMU]);
}

/** The same in our own machine. */
export function bootHere(image: string, commandLine = "", ...options: string[]): Outcome {
  const args = [`${root}dist/cli/main.js`, ...withTiers(["run", images + image, ...options])];
  return run(process.execPath, commandLine === "" ? args : [...args, "--append", commandLine]);
}

/** What a system prints in both; their lines have to be the same. */
export function linesOfBoth(image: string, commandLine = ""): string[] {
  const [here, qemu] = [bootHere(image, commandLine), boot(image, commandLine)];
  if (here.status !== 0 || qemu.status !== 0) throw new Error(`${here.stdout}${here.stderr}\n--- QEMU ---\n${qemu.stdout}${qemu.stderr}`);
  if (here.stdout !== qemu.stdout) throw new Error(`here:\n${here.stdout}\nin QEMU:\n${qemu.stdout}`);
  return here.stdout.trimEnd().split("\n");
}
