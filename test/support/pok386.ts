/** Runs the built program as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { PATIENCE } from "./patience.js";
import { withTiers } from "./tiers.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const MAIN = `${root}dist/cli/main.js`;
export const image = (name: string): string => `${root}src/guest/images/${name}`;
export const TWO = image("pok-two.elf");

export class Emulator {
  stdout = "";
  stderr = "";
  /** Resolves with the exit status, or the signal's name. */
  readonly exit: Promise<number | string>;
  private readonly child: ChildProcess;
  private ended = false;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, ...withTiers(args)], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout!.on("data", (bytes: Buffer) => {
      this.stdout += bytes.toString("latin1");
    });
    this.child.stderr!.on("data", (bytes: Buffer) => {
      this.stderr += bytes.toString("latin1");
    });
    this.exit = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        this.ended = true;
        resolve(code ?? signal ?? "?");
      });
    });
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.child.pid!;
  }
  kill(): void {
    this.child.kill("SIGKILL");
  }
  type(text: string): void {
    this.child.stdin!.write(text);
  }

  /** The port it listens at, once it says so. */
  async port(): Promise<number> {
    const [, port] = await this.hears(() => this.stderr, /^pok386: gdb listening on 127\.0\.0\.1:(\d+)\n/m);
    return Number(port);
  }

  /** Until this stands on standard output. */
  async prints(pattern: RegExp): Promise<void> {
    await this.hears(() => this.stdout, pattern);
  }
  /** Until this stands on standard error: that comes by a way of its own, and may come later than what was printed after it. */
  async says(pattern: RegExp): Promise<void> {
    await this.hears(() => this.stderr, pattern);
  }

  /** Until nothing has been printed for a while: what is on its way when a machine stops still comes. */
  async fallsSilent(): Promise<void> {
    for (let before = -1; before !== this.stdout.length; await pause(SILENCE)) before = this.stdout.length;
  }

  private async hears(stream: () => string, pattern: RegExp): Promise<RegExpExecArray> {
    for (const end = Date.now() + PATIENCE; ; await pause(10)) {
      const ended = this.ended;
      const match = pattern.exec(stream());
      if (match) return match;
      if (ended || Date.now() > end) throw new Error(`it never said ${pattern}; it printed: ${this.stdout}\nand said: ${this.stderr}`);
    }
  }
}

const SILENCE = 300;
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts `pok386 run` with a debugger's port and waits for it. */
export async function debugged(args: readonly string[] = [], kernel = TWO): Promise<{ emulator: Emulator; port: number }> {
  const emulator = new Emulator(["run", kernel, "--gdb", "0", ...args]);
  return { emulator, port: await emulator.port() };
}
