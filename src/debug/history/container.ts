/**
 * Files of ours: a signature, the format's version and kind, then chunks, each with its length and a checksum. A file that was cut off opens
 * up to its last whole chunk; one that is damaged does not open.
 *
 *     signature  8 bytes "pok386\x1a\n"
 *     version    4 bytes, kind 4 bytes ("reco", "snap")
 *     chunk      tag 4 bytes, length of its contents 4 bytes, CRC-32 of tag and contents 4 bytes, contents
 *
 * Numbers are little-endian; a chunk's contents are JSON in UTF-8 unless its tag says otherwise.
 */
import { UserError } from "../../errors.js";

const SIGNATURE = Buffer.from("pok386\x1a\n", "latin1");
const VERSION = 2;
const HEADER_BYTES = 16;
const CHUNK_HEADER_BYTES = 12;
const KINDS = { reco: "a recording", snap: "a saved machine" } as const;
export type FileKind = keyof typeof KINDS;

export interface Chunk {
  readonly tag: string;
  readonly contents: Buffer;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
/** As in IEEE 802.3. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export function header(kind: FileKind): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  SIGNATURE.copy(bytes);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.write(kind, 12, "latin1");
  return bytes;
}

export function chunk(tag: string, contents: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER_BYTES + contents.length);
  bytes.write(tag, 0, 4, "latin1");
  bytes.writeUInt32LE(contents.length, 4);
  bytes.set(contents, CHUNK_HEADER_BYTES);
  bytes.writeUInt32LE(checksum(bytes), 8);
  return bytes;
}
export const jsonChunk = (tag: string, value: unknown): Buffer => chunk(tag, Buffer.from(JSON.stringify(value)));

const checksum = (whole: Buffer): number => crc32(Buffer.concat([whole.subarray(0, 4), whole.subarray(CHUNK_HEADER_BYTES)]));

/**
 * The chunks of a file, and whether it ends with a whole one.
 * @throws UserError naming the file if it is none of ours, of another kind or version, or damaged
 */
export function chunksOf(path: string, file: Uint8Array, kind: FileKind): { chunks: Chunk[]; whole: boolean } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(SIGNATURE)) throw new UserError(`${path}: not a file of pok386`);
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) throw new UserError(`${path}: has format version ${version}, and this pok386 reads version ${VERSION}`);
  const found = bytes.toString("latin1", 12, HEADER_BYTES);
  if (found !== kind) {
    const what = Object.hasOwn(KINDS, found) ? KINDS[found as FileKind] : "something unknown";
    throw new UserError(`${path}: is ${what}, not ${KINDS[kind]}`);
  }
  const chunks: Chunk[] = [];
  let at = HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const end = at + CHUNK_HEADER_BYTES + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) break;
    const whole = bytes.subarray(at, end);
    if (checksum(whole) !== whole.readUInt32LE(8)) throw new UserError(`${path}: is damaged: the checksum at byte ${at} is wrong`);
    chunks.push({ tag: whole.toString("latin1", 0, 4), contents: whole.subarray(CHUNK_HEADER_BYTES) });
    at = end;
  }
  return { chunks, whole: at === bytes.length };
}

/** @throws UserError naming the file if a chunk that has passed its checksum makes no sense all the same */
export function jsonOf<T>(path: string, { tag, contents }: Chunk): T {
  try {
    return JSON.parse(contents.toString("utf8")) as T;
  } catch {
    throw new UserError(`${path}: is damaged: chunk ${tag} is no JSON`);
  }
}
