/** Runs the built program as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

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

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [MAIN, ...args], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout!.on("data", (bytes: Buffer) => {
      this.stdout += bytes.toString("latin1");
    });
    this.child.stderr!.on("data", (bytes: Buffer) => {
      this.stderr += bytes.toString("latin1");
    });
    this.exit = new Promise((resolve) => this.child.on("close", (code, signal) => resolve(code ?? signal ?? "?")));
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
    for (const end = Date.now() + 10_000; Date.now() < end; await pause(10)) {
      const match = /^pok386: gdb listening on 127\.0\.0\.1:(\d+)$/m.exec(this.stderr);
      if (match) return Number(match[1]);
    }
    throw new Error(`it never listened; it said: ${this.stderr}`);
  }

  async prints(pattern: RegExp, timeout = 20_000): Promise<void> {
    for (const end = Date.now() + timeout; Date.now() < end; await pause(10)) if (pattern.test(this.stdout)) return;
    throw new Error(`it never printed ${pattern}; it printed: ${this.stdout}`);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts `pok386 run` with a debugger's port and waits for it. */
export async function debugged(args: readonly string[] = [], kernel = TWO): Promise<{ emulator: Emulator; port: number }> {
  const emulator = new Emulator(["run", kernel, "--gdb", "0", ...args]);
  return { emulator, port: await emulator.port() };
}
