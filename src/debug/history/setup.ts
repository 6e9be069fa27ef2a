/** What a machine was made of: a run is repeated, or gone on with, in a machine made of the same. */
import { createHash } from "node:crypto";
import { UserError } from "../../errors.js";
import type { MachineOptions } from "../../pc/machine.js";

export interface Setup {
  /** The version of pok386: another one may count or do something else. */
  readonly program: string;
  readonly memoryBytes: number;
  readonly ips: number;
  readonly cpu: number;
  readonly boot: "multiboot" | "rom";
  /** The image as it was named: the guest is told. */
  readonly image: string;
  readonly imageHash: string;
  readonly commandLine: string | undefined;
  readonly modules: readonly { readonly path: string; readonly hash: string }[];
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export function setupOf(program: string, { memoryBytes, ips, generation, boot }: MachineOptions): Setup {
  const modules = boot.kind === "multiboot" ? (boot.modules ?? []) : [];
  return {
    program,
    memoryBytes,
    ips,
    cpu: generation ?? 686,
    boot: boot.kind,
    image: boot.path,
    imageHash: sha256(boot.bytes),
    commandLine: boot.kind === "multiboot" ? boot.commandLine : undefined,
    modules: modules.map(({ path, bytes }) => ({ path, hash: sha256(bytes) })),
  };
}

const WORDS: Readonly<Record<keyof Setup, string>> = {
  program: "pok386's version",
  memoryBytes: "the memory's size",
  ips: "--ips",
  cpu: "--cpu",
  boot: "the way it was started",
  image: "the image's path, which the guest is told,",
  imageHash: "the image's contents",
  commandLine: "the command line",
  modules: "a module",
};

/** @throws UserError that names the file and what differs */
export function mustMatch(path: string, recorded: Setup, here: Setup): void {
  for (const field of Object.keys(WORDS) as (keyof Setup)[]) {
    const [a, b] = [JSON.stringify(recorded[field]), JSON.stringify(here[field])];
    if (a !== b) throw new UserError(`${path}: ${WORDS[field]} was ${a ?? "none"}, and is ${b ?? "none"} here`);
  }
}
