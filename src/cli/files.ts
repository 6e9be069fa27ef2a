/** Reading the files a user names. */
import { openSync, readFileSync } from "node:fs";
import { UserError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "is a directory, not a file",
};

/** @throws UserError naming the file */
export function readUserFile(path: string): Uint8Array {
  return named(path, () => new Uint8Array(readFileSync(path)));
}
/** Opens a file for writing, made anew. @throws UserError naming the file */
export function openUserFile(path: string): number {
  return named(path, () => openSync(path, "w"));
}

function named<T>(path: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`${path}: ${REASONS[code ?? ""] ?? message}`);
  }
}
