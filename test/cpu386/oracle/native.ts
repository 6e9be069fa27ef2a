/** Test cases for the host's own processor: their form, the descriptor table they run with, and the process that runs them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Form } from "../../../src/cpu386/definitions/table.js";
import { PATIENCE } from "../../support/patience.js";

export const CODE = 0x100000;
export const DATA = 0x120000;
export const WINDOW = 0x10000;

/** One entry of the local descriptor table, in the terms of Linux's modify_ldt. */
export interface LdtEntry {
  readonly base: number;
  readonly limit: number;
  /** 0 data, 1 expand-down data, 2 code, 3 conforming code. */
  readonly contents: 0 | 1 | 2 | 3;
  readonly wide?: boolean;
  /** Data: read-only. Code: execute-only. */
  readonly restricted?: boolean;
  readonly pages?: boolean;
  readonly absent?: boolean;
}

/** Selectors are 8 * index + 7. The first ones are what cases start with, the others are there to be loaded. */
export const LDT = {
  data: { base: DATA, limit: 0xffff, contents: 0, wide: true },
  code: { base: CODE, limit: 0xffff, contents: 2, wide: true },
  code16: { base: CODE, limit: 0xffff, contents: 2 },
  stack16: { base: DATA, limit: 0xffff, contents: 0 },
  readOnly: { base: DATA, limit: 0xffff, contents: 0, wide: true, restricted: true },
  expandDown: { base: DATA, limit: 0x7fff, contents: 1 },
  pages: { base: DATA, limit: 0xf, contents: 0, wide: true, pages: true },
  odd: { base: DATA + 1, limit: 0x7ffe, contents: 0, wide: true },
  executeOnly: { base: CODE, limit: 0xffff, contents: 2, wide: true, restricted: true },
  absent: { base: DATA, limit: 0xffff, contents: 0, wide: true, absent: true },
  absentConforming: { base: CODE, limit: 0xffff, contents: 3, wide: true, absent: true },
  wideExpandDown: { base: DATA, limit: 0x7fff, contents: 1, wide: true },
} as const satisfies Record<string, LdtEntry>;
export const LDT_ENTRIES: readonly LdtEntry[] = Object.values(LDT);
export const selectorOf = (name: keyof typeof LDT): number => Object.keys(LDT).indexOf(name) * 8 + 7;

export interface Case {
  readonly name: string;
  /** The encodings its code consists of. */
  readonly forms: readonly Form[];
  /** Offset in CS of the code, and the code. */
  readonly at: number;
  readonly code: readonly number[];
  /** The same by instruction. */
  readonly parts: readonly (readonly number[])[];
  /** eax ecx edx ebx esp ebp esi edi */
  readonly regs: readonly number[];
  readonly flags: number;
  readonly segments: {
    readonly cs: number;
    readonly ss: number;
    readonly ds: number;
    readonly es: number;
    readonly fs: number;
    readonly gs: number;
  };
  /** Doublewords of the data window that differ from template(): offset (a multiple of 4) and value. */
  readonly patches: readonly (readonly [number, number])[];
  /** Arithmetic flags that the manual leaves undefined. */
  readonly undefinedFlags: number;
  /** Those undefined at any time before: the case may end early. */
  readonly everUndefined: number;
}

export interface Outcome {
  readonly regs: readonly number[];
  readonly eip: number;
  readonly flags: number;
  /** ENDLESS if the case had to be stopped. */
  readonly vector: number;
  readonly errorCode: number;
  /** cs ss ds es fs gs */
  readonly selectors: readonly number[];
  readonly changes: readonly (readonly [number, number])[];
  /** Of all changes; `changes` holds the first few. */
  readonly hash: number;
}

export const ENDLESS = 0xffffffff;
export const KEPT_CHANGES = 15;
const CASE_WORDS = 26 + 16;
const RESULT_WORDS = 20 + 2 * KEPT_CHANGES + 1;

/** What the data window holds before each case. */
export function template(): Uint32Array {
  return Uint32Array.from({ length: WINDOW / 4 }, (_, n) => Math.imul(n + 1, 0x9e3779b1));
}

function encode(cases: readonly Case[]): Buffer {
  const header = Uint32Array.of(
    LDT_ENTRIES.length,
    ...LDT_ENTRIES.flatMap((d, n) => [
      n,
      d.base,
      d.limit,
      (d.wide ? 1 : 0) | (d.contents << 1) | (d.restricted ? 8 : 0) | (d.pages ? 16 : 0) | (d.absent ? 32 : 0),
    ]),
  );
  const words = new Uint32Array(header.length + cases.length * CASE_WORDS);
  words.set(header);
  const bytes = new Uint8Array(words.buffer);
  cases.forEach((c, n) => {
    const w = header.length + n * CASE_WORDS;
    const { cs, ss, ds, es, fs, gs } = c.segments;
    words.set([c.at, c.code.length, ...c.regs, c.flags, cs, ss, ds, es, fs, gs, c.patches.length, ...c.patches.flat()], w);
    bytes.set(c.code, (w + 26) * 4);
  });
  return Buffer.from(words.buffer);
}

/** Linux's signals of exceptions, where the frame of one does not have the vector; of several that share one the usual. */
const VECTORS: Readonly<Record<number, number>> = { 4: 6, 5: 3, 7: 17, 8: 0, 11: 13 };

function decode(output: Buffer, by: Runner): Outcome[] {
  const words = new Uint32Array(output.buffer.slice(output.byteOffset, output.byteOffset + (output.length & ~3)));
  const outcomes: Outcome[] = [];
  for (let w = 0; w + RESULT_WORDS <= words.length; w += RESULT_WORDS) {
    const [eip, flags, vector, errorCode] = words.subarray(w + 8, w + 12);
    const kept = Math.min(KEPT_CHANGES, words[w + 19]!);
    outcomes.push({
      regs: [...words.subarray(w, w + 8)],
      eip: eip!,
      flags: flags!,
      vector: by === "host" ? vector! : (VECTORS[words[w + 12]!] ?? ENDLESS),
      errorCode: errorCode!,
      selectors: [...words.subarray(w + 13, w + 19)],
      changes: Array.from({ length: kept }, (_, n) => [words[w + 20 + 2 * n]!, words[w + 21 + 2 * n]!] as const),
      hash: words[w + RESULT_WORDS - 1]!,
    });
  }
  return outcomes;
}

/** Who runs 32-bit programs here. */
export type Runner = "host" | "qemu-i386";
let known: readonly [Runner, readonly string[]] | undefined;
/**
 * How a 32-bit program is started. A kernel that was told to run none (`ia32_emulation=off`, or as a guest of some hypervisors) leaves QEMU's
 * user mode, which executes them right but for segments' limits and types.
 * @param program any that ends by itself, with no input
 */
export function runner32(program: string): readonly [Runner, readonly string[]] {
  if (known) return known;
  if (spawnSync(program, { input: "" }).status === 0) known = ["host", []];
  else if (spawnSync(QEMU_USER, ["--version"]).status === 0) known = [QEMU_USER, [QEMU_USER]];
  else
    throw new Error("the kernel of this host runs no 32-bit programs (ia32_emulation=on lets it), QEMU would: apt-get install qemu-user");
  return known;
}
const QEMU_USER = "qemu-i386";

/** Builds the native runner; the caller removes the directory with dispose(). */
export function buildNative(): { readonly by: Runner; run(cases: readonly Case[]): Outcome[]; dispose(): void } {
  const directory = mkdtempSync(join(tmpdir(), "pok386-oracle-"));
  const binary = join(directory, "native");
  const source = fileURLToPath(new URL("native.c", import.meta.url));
  const flags = [
    "-m32",
    "-static",
    "-nostdlib",
    "-ffreestanding",
    "-fno-pic",
    "-no-pie",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
  ];
  const built = spawnSync("gcc", [...flags, "-O2", "-o", binary, source], { encoding: "utf8" });
  if (built.error || built.status !== 0) {
    throw new Error(
      `the native test runner needs gcc with -m32 on an x86 host: apt-get install gcc\n${built.error?.message ?? built.stderr}`,
    );
  }
  const [by, start] = runner32(binary);
  const [program, ...parameters] = [...start, binary];
  return {
    by,
    run(cases) {
      const done = spawnSync(program!, parameters, {
        input: encode(cases),
        timeout: PATIENCE,
        maxBuffer: cases.length * RESULT_WORDS * 4 + 65536,
      });
      const outcomes = decode(done.stdout, by);
      if (outcomes.length !== cases.length) {
        const culprit = cases[outcomes.length];
        throw new Error(
          `the native runner stopped (${done.signal ?? done.status}) ${done.stderr} at case ${outcomes.length}: ${JSON.stringify({ ...culprit, forms: [] })}`,
        );
      }
      return outcomes;
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}
