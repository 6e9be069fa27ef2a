/**
 * The files a client may open: the executables of the spaces, by the names we gave them, and nothing of the host's file system.
 * Terms and constants are those of the GDB manual's "Host I/O Packets" and "File-I/O Remote Protocol Extension".
 */
import type { DebugTarget, Executable } from "../debug/target.js";
import { Errno } from "./reply.js";

const MOST = 64;
const S_IFREG = 0o100000;
const READABLE = 0o444;
const STAT_BYTES = 64;

export const O_RDONLY = 0;

/** gdb makes relative names absolute by putting its sysroot and a '/' in front. */
const withoutSlash = (path: string): string => path.replace(/^\/+/, "");

export const findExecutable = (target: DebugTarget, path: string): Executable | undefined =>
  target
    .spaces()
    .map(({ executable }) => executable)
    .find((executable) => executable !== undefined && withoutSlash(executable.path) === withoutSlash(path));

/** struct stat as the wire has it: big-endian, seven words, three double words, three times. */
export const fileStatus = ({ bytes }: Executable): Uint8Array => {
  const BLOCK = 512;
  const stat = new DataView(new ArrayBuffer(STAT_BYTES));
  stat.setUint32(8, S_IFREG | READABLE);
  stat.setUint32(12, 1);
  stat.setBigUint64(28, BigInt(bytes.length));
  stat.setBigUint64(36, BigInt(BLOCK));
  stat.setBigUint64(44, BigInt(Math.ceil(bytes.length / BLOCK)));
  return new Uint8Array(stat.buffer);
};

export class OpenFiles {
  readonly #open = new Map<number, Executable>();

  /** A file descriptor, or undefined if there are too many. */
  open(file: Executable): number | undefined {
    for (let descriptor = 0; descriptor < MOST; descriptor++) {
      if (this.#open.has(descriptor)) continue;
      this.#open.set(descriptor, file);
      return descriptor;
    }
    return undefined;
  }

  get(descriptor: number): Executable | undefined {
    return this.#open.get(descriptor);
  }

  close(descriptor: number): number {
    return this.#open.delete(descriptor) ? 0 : Errno.EBADF;
  }
}
