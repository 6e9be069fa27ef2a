/** The executables of the sample's partitions, taken out of the kernel's image. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findExecutables } from "../../src/pok/embedded.js";
import { TWO } from "./pok386.js";

/** Found behind the kernel's own header, which is an executable too. */
export const partitionBytes = (n: number): Uint8Array => findExecutables(new Uint8Array(readFileSync(TWO)).subarray(1))[n - 1]!.bytes;

/** A folder that is gone when the test is over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "pok386-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

export function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
}

export const partitionFile = (n: number): string => file(`partition${n}.elf`, partitionBytes(n));
