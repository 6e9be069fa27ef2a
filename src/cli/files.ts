/** Reading the files a user names. */
import { readFileSync } from "node:fs";
import { UserError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EISDIR: "is a directory, not a file",
};

/** @throws UserError naming the file */
export function readUserFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(`${path}: ${REASONS[code ?? ""] ?? message}`);
  }
}
