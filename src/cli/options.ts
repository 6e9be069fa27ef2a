/** Options as typed, turned into what the machine takes. */
import { UserError } from "../errors.js";
import { ElfFile } from "../pc/elf.js";
import type { NamedPartition } from "../pok/model.js";
import { readUserFile } from "./files.js";

/** --jit, for yargs. */
export const JIT_OPTION = {
  type: "string",
  choices: ["on", "off", "verify"],
  default: "on",
  requiresArg: true,
  describe:
    "compile hot code; it makes no difference but to speed, and verify runs both ways in lock-step and stops at the first difference",
} as const;
export type JitChoice = (typeof JIT_OPTION.choices)[number];

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** "[HOST:]PORT"; the host is loopback unless given. */
export function parseEndpoint(text: string, option = "gdb"): Endpoint {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = match ? Number(match[2]) : Number.NaN;
  if (!(port <= 65535)) throw new UserError(`--${option} ${text}: say [HOST:]PORT with a port from 0 (any free one) to 65535`);
  return { host: match![1] || "127.0.0.1", port };
}

export interface ViewEndpoint extends Endpoint {
  /** The address space that is seen there: a partition's name, or kernel. */
  readonly name: string;
}

/** "NAME=[HOST:]PORT" */
export function parseView(text: string): ViewEndpoint {
  const match = /^([A-Za-z_][\w.-]*)=(.+)$/.exec(text);
  if (!match) throw new UserError(`--gdb-view ${text}: say NAME=[HOST:]PORT, the name of a partition or "kernel"`);
  return { name: match[1]!, ...parseEndpoint(match[2]!, "gdb-view") };
}

/** "NAME=FILE" */
export function parsePartition(text: string): NamedPartition {
  const match = /^([A-Za-z_][\w.-]*)=(.+)$/.exec(text);
  if (!match) throw new UserError(`--partition ${text}: say NAME=FILE, the name of letters, digits, "_", "." and "-"`);
  const [, name, path] = match;
  if (name === "kernel") throw new UserError(`--partition ${text}: "kernel" is the kernel's own name`);
  return { name: name!, elf: new ElfFile(readUserFile(path!), path!) };
}

/** All of them, each with a name of its own. */
export function parsePartitions(texts: readonly string[]): NamedPartition[] {
  const partitions = texts.map(parsePartition);
  partitions.forEach(({ name }, n) => {
    if (partitions.findIndex((other) => other.name === name) < n) throw new UserError(`--partition ${name}: the name is given twice`);
  });
  return partitions;
}

/** A whole number within bounds, as typed: decimal digits. */
export function wholeNumber(option: string, typed: string, least: number, most: number): number {
  const value = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (!(value >= least && value <= most)) throw new UserError(`--${option} ${typed}: a whole number from ${least} to ${most}, please`);
  return value;
}

/** Of an option given twice, yargs makes an array; none of these means anything twice. */
export function onlyOnce(typed: Readonly<Record<string, unknown>>, options: readonly string[]): void {
  for (const option of options) if (Array.isArray(typed[option])) throw new UserError(`--${option} is given twice`);
}
