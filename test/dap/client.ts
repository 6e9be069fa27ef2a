/** Drives VS Code's gdb adapter as VS Code does: a process of its own, the Debug Adapter Protocol on its standard input and output. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { onTestFailed, onTestFinished } from "vitest";
import { PATIENCE } from "../support/patience.js";
import { root } from "../support/pok386.js";

const ADAPTER = `${root}test/dap/node_modules/cdt-gdb-adapter/dist/debugTargetAdapter.js`;

// biome-ignore lint/suspicious/noExplicitAny: bodies are as manifold as the protocol
type Body = any;
interface Message {
  readonly type: "request" | "response" | "event";
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly event?: string;
  readonly body?: Body;
}

export class DapClient {
  private readonly child: ChildProcess;
  private rest = Buffer.alloc(0);
  private sequence = 0;
  private readonly pending = new Map<number, (message: Message) => void>();
  private readonly events: Message[] = [];
  private wake: (() => void) | undefined;
  /** Everything said, for a test that fails. */
  private readonly log: string[] = [];
  /** What the adapter wrote to the debug console. */
  console = "";

  constructor() {
    if (!existsSync(ADAPTER))
      throw new Error("cdt-gdb-adapter is not installed; the tests need it: npm ci --prefix test/dap --ignore-scripts");
    this.child = spawn(process.execPath, [ADAPTER], { cwd: root, env: { ...process.env, LC_ALL: "C" } });
    this.child.stdout!.on("data", (bytes: Buffer) => this.receive(bytes));
    this.child.stderr!.on("data", (bytes: Buffer) => this.log.push(`stderr: ${bytes}`));
    onTestFailed(() => console.error(this.log.join("\n")));
    onTestFinished(() => {
      this.child.kill("SIGKILL");
    });
  }

  /** The body of the response. */
  async request(command: string, args: object = {}): Promise<Body> {
    const seq = ++this.sequence;
    const text = JSON.stringify({ seq, type: "request", command, arguments: args });
    this.log.push(`-> ${text}`);
    this.child.stdin!.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const message = await new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${command}`)), PATIENCE);
      this.pending.set(seq, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    if (!message.success) throw new Error(`${command}: ${message.message}`);
    return message.body;
  }

  /** The next event of that name that has not been asked for yet. */
  async event(name: string, timeout = PATIENCE): Promise<Body> {
    for (const end = Date.now() + timeout; ; ) {
      const at = this.events.findIndex(({ event }) => event === name);
      if (at >= 0) return this.events.splice(at, 1)[0]!.body;
      if (Date.now() > end) throw new Error(`no event ${name}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private receive(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.rest.toString("latin1"));
      if (header === null || this.rest.length < header[0].length + Number(header[1])) return;
      const end = header[0].length + Number(header[1]);
      const text = this.rest.toString("utf8", header[0].length, end);
      this.rest = this.rest.subarray(end);
      this.log.push(`<- ${text}`);
      this.take(JSON.parse(text) as Message);
    }
  }

  private take(message: Message): void {
    if (message.type === "response") this.pending.get(message.request_seq!)?.(message);
    if (message.type === "event") {
      if (message.event === "output") this.console += message.body.output;
      this.events.push(message);
      this.wake?.();
    }
  }
}
