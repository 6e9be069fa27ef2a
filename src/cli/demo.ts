/** `pok386 demo`: a guest that comes with the package, running in real time with a debugger's port open. */
import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { UserError } from "../errors.js";
import { HOME } from "../home.js";
import { readUserFile } from "./files.js";
import { parseEndpoint } from "./options.js";

interface Demo {
  readonly image: string;
  readonly description: string;
  readonly commandLine?: string;
}

const DEMOS: Readonly<Record<string, Demo>> = {
  two: { image: "pok-two.elf", description: "a POK-like kernel with two partitions that print a line a second each" },
  hello: { image: "hello.elf", description: "RTEMS-style executive in a partition: its first program" },
  ticker: { image: "ticker.elf", description: "RTEMS-style tasks that keep time beside a computing partition, for 35 seconds" },
  slice: { image: "slice.elf", description: "two RTEMS-style tasks that share the processor by time slices" },
  irq: { image: "irq.elf", description: "handlers of keyboard, serial line and clock in two partitions; type a line" },
  ports: { image: "ports.elf", description: "sampling and queueing ports between partitions" },
  errors: { image: "errors.elf", description: "faults, and what becomes of the partitions they happen in" },
  apex: { image: "apex.elf", description: "the services of ARINC 653 by their names" },
  stress: { image: "stress.elf", description: "loops that check themselves while they are interrupted" },
  "forward-2013": { image: "forward-2013.elf", description: "forwarding as it was in 2013, to be debugged: docs/FINDING-THE-2013-BUG.md" },
};
const DEFAULT = "two";
const DEFAULT_PORT = 1234;

interface DemoArguments {
  name: string;
  list: boolean;
  gdb: string | undefined;
}

export const demoCommand: CommandModule<object, DemoArguments> = {
  command: "demo [name]",
  describe: "Run a guest that comes with pok386, ready for gdb to attach",
  builder: (y) =>
    y
      .positional("name", { type: "string", default: DEFAULT, describe: "which one; see --list" })
      .option("list", { type: "boolean", default: false, describe: "list the demos" })
      .option("gdb", {
        type: "string",
        requiresArg: true,
        describe: `[HOST:]PORT for the debugger (default ${DEFAULT_PORT}, or a free one if that is taken)`,
      }),
  handler: async ({ name, list, gdb }) => {
    if (list) {
      for (const [demo, { description }] of Object.entries(DEMOS)) process.stdout.write(`${demo.padEnd(13)} ${description}\n`);
      return;
    }
    const demo = Object.hasOwn(DEMOS, name) ? DEMOS[name] : undefined;
    if (!demo) throw new UserError(`there is no demo "${name}"; there are: ${Object.keys(DEMOS).join(", ")}`);
    const { runToExit } = await import("./host.js");
    const path = fileURLToPath(new URL(`../src/guest/images/${demo.image}`, HOME));
    const start = (endpoint: { host: string; port: number }): Promise<never> =>
      runToExit({
        boot: {
          kind: "multiboot",
          path: demo.image,
          bytes: readUserFile(path),
          ...(demo.commandLine ? { commandLine: demo.commandLine } : {}),
        },
        memoryBytes: 64 * 0x100000,
        ips: 100_000_000,
        paceWall: true,
        partitions: [],
        gdb: endpoint,
        historyBytes: 256 * 0x100000,
        wait: false,
        maxInstructions: undefined,
        stats: false,
        jit: "on",
        onListening: (server) => {
          process.stderr.write(
            `pok386: the demo is running; to debug it, type in another terminal:\n\n    gdb -ex 'target remote :${server.address.port}'\n\n` +
              "pok386: Ctrl-C here ends it\n",
          );
        },
      });
    if (gdb !== undefined) return start(parseEndpoint(gdb));
    try {
      await start({ host: "127.0.0.1", port: DEFAULT_PORT });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await start({ host: "127.0.0.1", port: 0 });
    }
  },
};
