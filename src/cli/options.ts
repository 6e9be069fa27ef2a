/** Options as typed, turned into what the machine takes. */
import { UserError } from "../errors.js";
import { ElfFile } from "../pc/elf.js";
import type { NamedPartition } from "../pok/model.js";
import { readUserFile } from "./files.js";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** "[HOST:]PORT"; the host is loopback unless given. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = match ? Number(match[2]) : Number.NaN;
  if (!(port <= 65535)) throw new UserError(`--gdb ${text}: say [HOST:]PORT with a port from 0 (any free one) to 65535`);
  return { host: match![1] || "127.0.0.1", port };
}

/** "NAME=FILE" */
export function parsePartition(text: string): NamedPartition {
  const match = /^([A-Za-z_][\w.-]*)=(.+)$/.exec(text);
  if (!match) throw new UserError(`--partition ${text}: say NAME=FILE, the name of letters, digits, "_", "." and "-"`);
  const [, name, path] = match;
  if (name === "kernel") throw new UserError(`--partition ${text}: "kernel" is the kernel's own name`);
  return { name: name!, elf: new ElfFile(readUserFile(path!), path!) };
}

/** A whole number within bounds. */
export function wholeNumber(option: string, value: number, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new UserError(`--${option}: a whole number from ${least} to ${most}, please`);
  return value;
}
