/** A gdb session against the built program: what each command was answered, each apart. */
import { expect } from "vitest";
import { Gdb, type GdbName } from "../gdbstub/real-gdb.js";
import { debugged, TWO } from "../support/pok386.js";

export interface SessionOptions {
  /** Further options of `pok386 run`. */
  readonly args?: readonly string[];
  readonly kernel?: string;
  readonly connect?: "target remote" | "target extended-remote";
  /** The guest stops by a mistake of its own, which may be shown as a trap. */
  readonly faulty?: boolean;
}

/** gdb has failed an assertion, or finds that the stub makes no sense. */
export const TROUBLE = /internal-error|internal to GDB|[Pp]rotocol error|Truncated|reply is too long|refused|rejected|Ignoring packet/;

/** With this on gdb knows that every process runs, and looks at the registers of each anew. */
export const ALL = "set schedule-multiple on";

const mark = (n: number): string => `==== ${n} ====`;
const NOISE = /^(Reading |\(No debugging|warning: File transfers).*\n/gm;

export class Transcript {
  constructor(
    readonly all: string,
    private readonly commands: readonly string[],
    private readonly answers: readonly string[],
  ) {}

  /** What gdb said to a command; to its n-th occurrence, counted from 0. */
  of(command: string, nth = 0): string {
    const places = this.commands.flatMap((each, at) => (each === command ? [at] : []));
    const at = places[nth];
    if (at === undefined) throw new Error(`"${command}" was typed ${places.length} times`);
    return this.answers[at]!;
  }

  /** What gdb said on connecting. */
  get greeting(): string {
    return this.answers.at(-1)!;
  }

  /** What gdb said to the last command. */
  get last(): string {
    return this.answers.at(-2)!;
  }
}

/** Runs the commands at a port and leaves. */
export async function sessionAt(gdb: GdbName, port: number, commands: readonly string[], connect = "target remote"): Promise<Transcript> {
  const marked = commands.flatMap((command, n) => [`echo ${mark(n)}\\n`, command]);
  const all = await Gdb.start(gdb, [`${connect} 127.0.0.1:${port}`, ...marked, `echo ${mark(commands.length)}\\n`]).exits();
  const pieces = all.replace(NOISE, "").split(/^==== \d+ ====\n/m);
  expect(all).not.toMatch(TROUBLE);
  expect(pieces, all).toHaveLength(commands.length + 2);
  const [greeting, ...answers] = pieces;
  return new Transcript(all, commands, [...answers.slice(0, -1), greeting!]);
}

/** Starts the program, and runs the commands in a gdb that is told nothing else. */
export async function session(gdb: GdbName, commands: readonly string[], options: SessionOptions = {}): Promise<Transcript> {
  const { port } = await debugged(options.args, options.kernel ?? TWO);
  const transcript = await sessionAt(gdb, port, commands, options.connect);
  // Steps and breakpoints have stops of their own; a trap out of the blue is a stop that gdb could not make sense of.
  if (!options.faulty) expect(transcript.all).not.toContain("received signal SIGTRAP");
  return transcript;
}

/** Functions of a backtrace, the innermost first. */
export const functions = (backtrace: string): string[] =>
  [...backtrace.matchAll(/^#\d+ +(?:0x[0-9a-f]+ in )?(<signal handler called>|\S+)/gm)].map(([, name]) => name!);
