/** Runs the real client. It is part of what is tested: without it the tests fail, and say how to get it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { onTestFailed, onTestFinished } from "vitest";
import { GDB_PATIENCE, PATIENCE } from "../support/patience.js";

/**
 * A gdb for bare i386. To build it takes ten minutes, so tests run with it once that has been done, and in any case (to fail if it is not
 * there) where POK386_I386_GDB=1, as in `npm run test:i386-gdb`. A run without it says so: i386-elf-gdb.test.ts.
 */
const BARE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pok386/i386-elf-gdb/bin/i386-elf-gdb");

export type GdbName = string;
/** With Python and system calls, which the other has not. */
export const HOSTED_GDBS: readonly GdbName[] = ["gdb", "gdb-multiarch"];
export const withBareGdb = process.env.POK386_I386_GDB === "1" || existsSync(BARE);
export const GDBS: readonly GdbName[] = [...HOSTED_GDBS, ...(withBareGdb ? [BARE] : [])];

/** The shell's word for a program that is not there. */
const NOT_FOUND = 127;
const missing = (name: string): Error =>
  new Error(
    name === BARE
      ? `${name} is not built; these tests need it: bash scripts/build-i386-gdb.sh`
      : `${name} is not installed; the tests need it: apt-get install gdb gdb-multiarch`,
  );

export class Gdb {
  output = "";
  #exited = false;
  #wake: (() => void) | undefined;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    const hear = (bytes: Buffer) => {
      this.output += bytes.toString();
      this.#wake?.();
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    child.on("error", (error: NodeJS.ErrnoException) => {
      this.output += error.message;
    });
    child.on("close", (status) => {
      if (status === NOT_FOUND) this.output += missing(name).message;
      this.#exited = true;
      this.#wake?.();
    });
    onTestFailed(() => console.error(`${name} said:\n${this.output}`));
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
  }

  /** With `commands` it runs them and leaves; without, it reads them from `type`. */
  static start(name: GdbName, commands?: readonly string[]): Gdb {
    const args = ["-nx", "-q"];
    for (const setting of ["set pagination off", "set confirm off", "set width 0", GDB_PATIENCE]) args.push("-iex", setting);
    for (const command of commands ?? []) args.push("-ex", command);
    if (commands !== undefined) args.push("-batch");
    // One pipe for both: errors must stand behind the command that they answer.
    return new Gdb(name, spawn("sh", ["-c", 'exec "$0" "$@" 2>&1', name, ...args], { env: { ...process.env, LC_ALL: "C" } }));
  }

  type(command: string): void {
    this.child.stdin!.write(`${command}\n`);
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.child.kill("SIGINT");
  }

  /** As when its terminal is closed. */
  die(): void {
    this.child.kill("SIGKILL");
  }

  /** Until it has said this, after what it has said before. */
  async says(pattern: RegExp, timeout = PATIENCE): Promise<string> {
    const end = Date.now() + timeout;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) {
        const heard = this.output.slice(0, match.index + match[0].length);
        this.output = this.output.slice(heard.length);
        return heard;
      }
      if (this.#exited || Date.now() > end) throw new Error(`${this.name} never said ${pattern}; its output was:\n${this.output}`);
      await this.#news(end - Date.now());
    }
  }

  /** All of its output, once it has left. */
  async exits(timeout = PATIENCE): Promise<string> {
    const end = Date.now() + timeout;
    while (!this.#exited) {
      if (Date.now() > end) throw new Error(`${this.name} hangs; its output was:\n${this.output}`);
      await this.#news(end - Date.now());
    }
    if (this.child.exitCode === null || this.output.includes(missing(this.name).message)) throw new Error(this.output);
    return this.output;
  }

  #news(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, timeout));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Runs the commands against a port; the progress of loading is left out. */
export const runGdb = async (name: GdbName, port: number, commands: readonly string[], connect = "target remote"): Promise<string> => {
  const output = await Gdb.start(name, [`${connect} 127.0.0.1:${port}`, ...commands]).exits();
  return output
    .split("\n")
    .filter((line) => !/^(Reading |\(No debugging|warning: File transfers)/.test(line))
    .join("\n");
};
