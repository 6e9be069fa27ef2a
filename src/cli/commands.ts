/** The command line. Every command is a file of its own; what a user got wrong is one line on standard error and exit status 2. */
import { constants } from "node:os";
import yargs, { type Argv, type CommandModule, type Options } from "yargs";
import { hideBin } from "yargs/helpers";
import { UserError } from "../errors.js";
import { demoCommand } from "./demo.js";
import { replayCommand } from "./replay.js";
import { runCommand } from "./run.js";
import { version } from "./version.js";

const EXIT_STATUS = `Exit status: 0 power-off, 2 a mistake in what was given, 3 triple fault or another stop that cannot be
resumed, 4 --max-insns reached, else (2 x value + 1) of the debug-exit port, as QEMU's isa-debug-exit.`;

function fail(message: string): never {
  process.stderr.write(`pok386: ${message}\n`);
  process.exit(2);
}

/** What yargs has to say of a command line, in one line that says where to find more. */
function oneLine(message: string): string {
  const missing = /^Not enough arguments following: (\S+)$/.exec(message);
  if (missing) return `--${missing[1]} needs a value`;
  const line = message.replace(/\s*\n\s*/g, " ").trim();
  return line.includes("--help") ? line : `${line}; --help tells more`;
}

const args = hideBin(process.argv);
const isHelp = args.includes("--help");

/** yargs lays the help out whenever a command runs, for a twelfth of the time to start in; options that nobody wants to see have no part in it. */
function startingFast<T>(command: CommandModule<object, T>): CommandModule<object, T> {
  if (isHelp) return command;
  const builder = command.builder as (y: Argv) => Argv<T>;
  return {
    ...command,
    builder: (y: Argv): Argv<T> => {
      const option: (key: string, options: Options) => Argv = y.option.bind(y);
      return builder(Object.assign(y, { option: (key: string, options: Options) => option(key, { ...options, hidden: true }) }));
    },
  };
}

/** Nobody reads on, as with `| head`: the end, by the signal that Node ignores. */
function outputFailed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  if (!process.emit("SIGPIPE", "SIGPIPE")) process.exit(128 + constants.signals.SIGPIPE);
}

/** Does what the process's arguments say. */
export async function main(): Promise<void> {
  process.stdout.on("error", outputFailed);
  try {
    await yargs(args)
      .scriptName("pok386")
      .usage("$0 <command>\n\nAn i386 PC that understands segmentation, with a GDB stub in which every partition is a process.")
      .command(startingFast(runCommand))
      .command(startingFast(replayCommand))
      .command(startingFast(demoCommand))
      .demandCommand(1, 'say what to do: "pok386 run IMAGE" or "pok386 demo"; --help tells more')
      .strict()
      .version(version)
      .epilogue(EXIT_STATUS)
      .wrap(isHelp ? Math.min(110, process.stdout.columns ?? 110) : null)
      .fail((message, error) => {
        if (error) throw error;
        fail(oneLine(message));
      })
      .parseAsync();
  } catch (error) {
    if (error instanceof UserError) fail(error.message);
    if (error instanceof Error && error.name === "YError") fail(oneLine(error.message));
    throw error;
  }
}
