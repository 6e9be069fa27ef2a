/** `pok386 run IMAGE` */
import type { CommandModule } from "yargs";
import type { Generation } from "../cpu386/model.js";
import { parseExceptions } from "../debug/exceptions.js";
import type { Afterwards } from "../debug/target.js";
import { UserError } from "../errors.js";
import type { BootRequest } from "../pc/machine.js";
import { readUserFile } from "./files.js";
import { JIT_OPTION, type JitChoice, onlyOnce, parseEndpoint, parsePartitions, parseView, wholeNumber } from "./options.js";

interface RunArguments {
  image: string | undefined;
  rom: string | undefined;
  post: boolean;
  parallel: string | undefined;
  gdb: string | undefined;
  "gdb-view": string[];
  "gdb-faults": string;
  "gdb-disconnected": Afterwards;
  history: string;
  record: string | undefined;
  load: string | undefined;
  wait: boolean;
  memory: string;
  "max-insns": string | undefined;
  stats: boolean;
  jit: JitChoice;
  append: string | undefined;
  module: string[];
  partition: string[];
  ips: string;
  pace: string;
  cpu: string;
}

export const runCommand: CommandModule<object, RunArguments> = {
  command: "run [image]",
  describe: "Boot a multiboot-1 kernel, or a ROM",
  builder: (y) =>
    y
      .positional("image", {
        type: "string",
        describe: "the kernel, ELF or with a.out addresses in its multiboot header",
      })
      .option("rom", {
        type: "string",
        requiresArg: true,
        describe: "start at the reset vector of this 64 or 128 KB ROM instead of booting an image",
      })
      .option("post", { type: "boolean", default: false, describe: "print POST codes (ports 0x80 and 0x190)" })
      .option("parallel", { type: "string", requiresArg: true, describe: "write what the parallel port prints to this file" })
      .option("gdb", {
        type: "string",
        requiresArg: true,
        describe: "wait at the first instruction for a debugger at [HOST:]PORT; port 0 picks a free one",
      })
      .option("gdb-view", {
        type: "string",
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: "NAME=[HOST:]PORT shows the debugger one partition as the only process, at its first instruction; may be repeated",
      })
      .option("gdb-faults", {
        type: "string",
        default: "unhandled",
        requiresArg: true,
        describe: "which exceptions of programs stop in the debugger: unhandled, all, none, or vectors such as 0,3,6,13",
      })
      .option("gdb-disconnected", {
        type: "string",
        choices: ["run", "stay"] as const,
        default: "run" as const,
        requiresArg: true,
        describe: 'what the machine does when a debugger goes without a word, as with "disconnect": it runs on, or stays stopped',
      })
      .option("history", {
        type: "string",
        default: "256",
        requiresArg: true,
        describe: "with a debugger: memory in MB for the way back into the run's past; 0: no way back",
      })
      .option("record", { type: "string", requiresArg: true, describe: 'record the run in this file, for "pok386 replay"' })
      .option("load", { type: "string", requiresArg: true, describe: 'go on from the state that "monitor save" has put into this file' })
      .option("wait", { type: "boolean", default: true, describe: "with --gdb: wait for the debugger (--no-wait: run at once)" })
      .option("memory", { type: "string", default: "64", requiresArg: true, describe: "RAM in MB" })
      .option("max-insns", {
        type: "string",
        requiresArg: true,
        describe: "end with status 4 when the clock reads this many instructions; halted time counts",
      })
      .option("stats", { type: "boolean", default: false, describe: "print instructions, seconds, MIPS, peak memory and tiers at the end" })
      .option("jit", JIT_OPTION)
      .option("append", { type: "string", requiresArg: true, describe: "the kernel's command line" })
      .option("module", {
        type: "string",
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: "a multiboot module; may be repeated",
      })
      .option("partition", {
        type: "string",
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: "NAME=FILE.elf names a partition and gives its symbols; may be repeated",
      })
      .option("cpu", {
        type: "string",
        choices: ["386", "486", "586", "686"],
        default: "686",
        requiresArg: true,
        describe: "which processor: instructions of later ones are invalid",
      })
      .option("ips", { type: "string", default: "100000000", requiresArg: true, describe: "instructions in a second of virtual time" })
      .option("pace", {
        type: "string",
        choices: ["fast", "wall"],
        default: "fast",
        requiresArg: true,
        describe: "run as fast as possible, or keep to real time",
      }),
  handler: async (a) => {
    if (a.record !== undefined && a.load !== undefined) throw new UserError("--record and --load: a recording begins at power-on");
    onlyOnce({ ...a }, [
      "rom",
      "parallel",
      "gdb",
      "gdb-faults",
      "gdb-disconnected",
      "history",
      "record",
      "load",
      "memory",
      "max-insns",
      "append",
      "ips",
      "pace",
      "jit",
    ]);
    // Loaded only now: --help and mistakes are answered without the machine.
    const { runToExit } = await import("./host.js");
    await runToExit({
      boot: bootRequest(a),
      post: a.post,
      parallel: a.parallel,
      memoryBytes: wholeNumber("memory", a.memory, 1, 1024) * 0x100000,
      ips: wholeNumber("ips", a.ips, 1000, 5_000_000_000),
      generation: Number(a.cpu) as Generation,
      paceWall: a.pace === "wall",
      partitions: parsePartitions(a.partition),
      gdb: a.gdb === undefined ? undefined : parseEndpoint(a.gdb),
      views: a["gdb-view"].map(parseView),
      exceptions: parseExceptions(a["gdb-faults"], "--gdb-faults "),
      disconnected: a["gdb-disconnected"],
      historyBytes: wholeNumber("history", a.history, 0, 65536) * 0x100000,
      record: a.record,
      load: a.load,
      wait: a.wait,
      maxInstructions: a["max-insns"] === undefined ? undefined : wholeNumber("max-insns", a["max-insns"], 1, Number.MAX_SAFE_INTEGER),
      stats: a.stats,
      jit: a.jit,
    });
  },
};

function bootRequest(a: RunArguments): BootRequest {
  const { image, rom } = a;
  if (rom !== undefined) {
    if (image !== undefined) throw new UserError(`${image}: give an image or --rom, not both`);
    return { kind: "rom", path: rom, bytes: readUserFile(rom) };
  }
  if (image === undefined) throw new UserError("run: name a multiboot image, or a ROM with --rom FILE");
  return {
    kind: "multiboot",
    path: image,
    bytes: readUserFile(image),
    ...(a.append === undefined ? {} : { commandLine: a.append }),
    modules: a.module.map((path) => ({ path, bytes: readUserFile(path) })),
  };
}
