/** `pok386 replay FILE` */
import type { CommandModule } from "yargs";
import type { Generation } from "../cpu386/model.js";
import type { Setup } from "../debug/history/setup.js";
import type { BootRequest } from "../pc/machine.js";
import { readUserFile } from "./files.js";
import { JIT_OPTION, type JitChoice, onlyOnce, parseEndpoint, parsePartitions, wholeNumber } from "./options.js";

interface ReplayArguments {
  file: string;
  image: string | undefined;
  gdb: string | undefined;
  history: string;
  partition: string[];
  stats: boolean;
  jit: JitChoice;
}

export const replayCommand: CommandModule<object, ReplayArguments> = {
  command: "replay <file>",
  describe: "Repeat a run that was recorded with run --record",
  builder: (y) =>
    y
      .positional("file", { type: "string", demandOption: true, describe: "the recording" })
      .option("image", { type: "string", requiresArg: true, describe: "where the recorded image is now, if not where it was" })
      .option("gdb", {
        type: "string",
        requiresArg: true,
        describe: "wait at the first instruction for a debugger at [HOST:]PORT; port 0 picks a free one",
      })
      .option("history", { type: "string", default: "256", requiresArg: true, describe: "with a debugger: memory in MB for the way back" })
      .option("partition", {
        type: "string",
        array: true,
        default: [] as string[],
        requiresArg: true,
        describe: "NAME=FILE.elf names a partition and gives its symbols; may be repeated",
      })
      .option("stats", { type: "boolean", default: false, describe: "print instructions, seconds, MIPS, peak memory and tiers at the end" })
      .option("jit", JIT_OPTION),
  handler: async (a) => {
    onlyOnce({ ...a }, ["image", "gdb", "history", "jit"]);
    const { readRecording } = await import("../debug/history/recording.js");
    const { mustMatch, setupOf } = await import("../debug/history/setup.js");
    const { version } = await import("./version.js");
    const recording = readRecording(a.file, readUserFile(a.file));
    const { setup } = recording;
    const machine = { memoryBytes: setup.memoryBytes, ips: setup.ips, generation: setup.cpu as Generation, boot: bootOf(setup, a.image) };
    mustMatch(a.file, setup, setupOf(version, { ...machine, console: () => {} }));
    const { runToExit } = await import("./host.js");
    await runToExit({
      ...machine,
      replay: { path: a.file, recording },
      paceWall: false,
      partitions: parsePartitions(a.partition),
      gdb: a.gdb === undefined ? undefined : parseEndpoint(a.gdb),
      historyBytes: wholeNumber("history", a.history, 0, 65536) * 0x100000,
      wait: true,
      maxInstructions: undefined,
      stats: a.stats,
      jit: a.jit,
    });
  },
};

/** The guest is told the path that it was told then, wherever the file is now. */
function bootOf(setup: Setup, image: string | undefined): BootRequest {
  const { image: path, commandLine } = setup;
  const bytes = readUserFile(image ?? path);
  if (setup.boot === "rom") return { kind: "rom", path, bytes };
  const modules = setup.modules.map(({ path: module }) => ({ path: module, bytes: readUserFile(module) }));
  return { kind: "multiboot", path, bytes, ...(commandLine === undefined ? {} : { commandLine }), modules };
}
