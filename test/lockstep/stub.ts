/** One side of a lock-step run: a machine behind a GDB stub, ours or QEMU's, driven by raw packets. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { RspClient } from "../gdbstub/rsp-client.js";
import { folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";
import { pause } from "../support/pok386.js";

export const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags", "cs", "ss", "ds", "es", "fs", "gs"] as const;
export type RegisterName = (typeof NAMES)[number];
export type RegisterFile = Record<RegisterName, number>;

export class Stub {
  private constructor(private readonly client: RspClient) {}

  /** At a port, or at the path of a socket. */
  static async connect(port: number | string): Promise<Stub> {
    const stub = new Stub(await RspClient.connect(port));
    await stub.ask("qSupported:multiprocess+;swbreak+;hwbreak+");
    await stub.ask("QStartNoAckMode");
    stub.client.acknowledging = false;
    return stub;
  }

  async ask(request: string): Promise<string> {
    const { client } = this;
    client.raw(frameOf(request));
    const reply = await client.packet();
    if (reply === undefined) throw new Error(`no answer to ${request}`);
    return reply;
  }

  async registers(): Promise<RegisterFile> {
    const hex = await this.ask("g");
    const word = (n: number): number => Buffer.from(hex.slice(n * 8, n * 8 + 8), "hex").readUInt32LE();
    return Object.fromEntries(NAMES.map((name, n) => [name, word(n)])) as RegisterFile;
  }
  async setRegister(name: RegisterName, value: number): Promise<void> {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    const reply = await this.ask(`P${NAMES.indexOf(name).toString(16)}=${bytes.toString("hex")}`);
    if (reply !== "OK") throw new Error(`P ${name}: ${reply}`);
  }
  async read(address: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let at = 0; at < length; at += 0x400) {
      parts.push(Buffer.from(await this.ask(`m${(address + at).toString(16)},${Math.min(0x400, length - at).toString(16)}`), "hex"));
    }
    return Buffer.concat(parts);
  }
  async write(address: number, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += 0x400) {
      const part = bytes.subarray(at, at + 0x400);
      const reply = await this.ask(`M${(address + at).toString(16)},${part.length.toString(16)}:${part.toString("hex")}`);
      if (reply !== "OK") throw new Error(`M: ${reply}`);
    }
  }
  /** Runs to an address with a hardware breakpoint. */
  async runTo(address: number): Promise<void> {
    await this.ask(`Z1,${address.toString(16)},1`);
    await this.ask("c");
    await this.ask(`z1,${address.toString(16)},1`);
  }
  step(): Promise<string> {
    return this.ask("s");
  }
  async monitor(command: string): Promise<void> {
    for (let reply = await this.ask(`qRcmd,${Buffer.from(command).toString("hex")}`); reply !== "OK"; reply = await this.more()) {
      if (reply[0] !== "O") throw new Error(`monitor ${command}: ${reply}`);
    }
  }
  private async more(): Promise<string> {
    return (await this.client.packet()) ?? "nothing";
  }
}

function frameOf(payload: string): string {
  const sum = Buffer.from(payload, "latin1").reduce((a, b) => a + b, 0) & 0xff;
  return `$${payload}#${sum.toString(16).padStart(2, "0")}`;
}

/** QEMU, stopped at its reset vector. Its stub listens at a socket in a folder: a port that is free now may be taken before QEMU has it. */
export async function startQemu(kernel: string, commandLine: string): Promise<Stub> {
  const path = join(folder(), "gdb");
  const machine = ["-m", "64", "-display", "none", "-serial", "null", "-kernel", kernel, "-append", commandLine];
  const stub = ["-S", "-chardev", `socket,id=gdb,path=${path},server=on,wait=off`, "-gdb", "chardev:gdb"];
  const child = spawn("qemu-system-i386", [...machine, ...stub], { stdio: "ignore" });
  let ended: string | undefined;
  child.on("error", () => {
    ended = "qemu-system-i386 is missing: apt-get install qemu-system-x86";
  });
  child.on("exit", (status) => {
    ended ??= `QEMU has ended with status ${status}`;
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  for (const end = Date.now() + PATIENCE; !existsSync(path); await pause(10)) {
    if (ended ?? Date.now() > end) throw new Error(ended ?? "QEMU does not listen");
  }
  return Stub.connect(path);
}
