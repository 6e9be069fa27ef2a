/** Runs the programs the guest tests need. A missing one fails the test with the line that installs it. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const images = `${root}src/guest/images/`;

const packages: Record<string, string> = {
  "qemu-system-i386": "qemu-system-x86",
  gdb: "gdb",
  gcc: "gcc",
  objcopy: "binutils",
  readelf: "binutils",
};

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, args: readonly string[], timeout = 60_000, cwd = root): Outcome {
  const { error, status, stdout, stderr } = spawnSync(program, args, { cwd, timeout, encoding: "utf8" });
  if (error && "code" in error && error.code === "ENOENT") {
    throw new Error(`${program} is missing: apt-get install ${packages[program] ?? program}`);
  }
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Boots a multiboot image in QEMU and returns what it writes to COM1 until it powers off. */
export function boot(image: string, commandLine: string): Outcome {
  const args = [
    "-kernel",
    resolve(images, image),
    "-append",
    commandLine,
    "-m",
    "64",
    "-display",
    "none",
    "-serial",
    "stdio",
    "-no-reboot",
  ];
  return run("qemu-system-i386", args);
}

/** The same in our own machine. */
export function bootHere(image: string, commandLine = "", ...options: string[]): Outcome {
  const args = [`${root}dist/cli/main.js`, "run", images + image, ...options];
  return run(process.execPath, commandLine === "" ? args : [...args, "--append", commandLine]);
}

/** What a system prints in both; their lines have to be the same. */
export function linesOfBoth(image: string, commandLine = ""): string[] {
  const [here, qemu] = [bootHere(image, commandLine), boot(image, commandLine)];
  if (here.status !== 0 || qemu.status !== 0) throw new Error(`${here.stdout}${here.stderr}\n--- QEMU ---\n${qemu.stdout}${qemu.stderr}`);
  if (here.stdout !== qemu.stdout) throw new Error(`here:\n${here.stdout}\nin QEMU:\n${qemu.stdout}`);
  return here.stdout.trimEnd().split("\n");
}
