#!/usr/bin/env -S node --v8-pool-size=1
/** The command line. Every command is a file of its own; what a user got wrong is one line on standard error and exit status 2. V8 gets one thread to optimise in: more than there are processors hold the run up. */
import yargs from "yargs";
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
try {
  await yargs(args)
    .scriptName("pok386")
    .usage("$0 <command>\n\nAn i386 PC that understands segmentation, with a GDB stub in which every partition is a process.")
    .command(runCommand)
    .command(replayCommand)
    .command(demoCommand)
    .demandCommand(1, 'say what to do: "pok386 run IMAGE" or "pok386 demo"; --help tells more')
    .strict()
    .version(version)
    .epilogue(EXIT_STATUS)
    // yargs lays the help out in any case, and takes as long for it as for the rest of its work; only who asks for it sees it.
    .wrap(args.includes("--help") ? Math.min(110, process.stdout.columns ?? 110) : null)
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
