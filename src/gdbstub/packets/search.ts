/** qCRC and qSearch:memory: looking through memory without sending it (GDB manual, "General Query Packets"). */
import type { Reader } from "../reader.js";
import { Errno, type Failure, fail, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { packet } from "./definition.js";

const LAST_ADDRESS = 0xffffffff;
/** Read at a time. */
const CHUNK = 1 << 20;
/** The machine's memory is 1 GB at most, and while it is searched nobody is answered: more is a mistake. */
const MOST = 1 << 28;

/** Calls `visit` with consecutive pieces; a failure if not all of the range can be read. */
const forEachPiece = (session: Session, address: number, length: number, visit: (piece: Uint8Array) => void): Failure | undefined => {
  if (length > MOST) return fail(Errno.EINVAL, `${length} bytes are too many at once`);
  for (let done = 0; done < length; ) {
    const at = address + done;
    const piece = at > LAST_ADDRESS ? "the range passes the end of the address space" : session.read(at, Math.min(CHUNK, length - done));
    if (typeof piece === "string") return fail(Errno.EFAULT, piece);
    if (piece.length === 0) return fail(Errno.EFAULT, `there is no memory at 0x${at.toString(16)}`);
    visit(piece);
    done += piece.length;
  }
  return undefined;
};

/** "The CRC is computed ... with the polynomial 0x04c11db7", the highest bit first, from all ones, and not inverted at the end. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

const crcOf = (crc: number, bytes: Uint8Array): number => {
  let value = crc;
  for (const byte of bytes) value = (value << 8) ^ CRC_TABLE[(value >>> 24) ^ byte]!;
  return value >>> 0;
};

/** Where the pattern begins, also across two pieces; undefined if nowhere. */
const search = (session: Session, address: number, length: number, pattern: Uint8Array): number | undefined | Failure => {
  let tail = Buffer.alloc(0);
  let seen = 0;
  let found: number | undefined;
  // The end of the range may have no memory: what is there has been searched.
  const failure = forEachPiece(session, address, length, (piece) => {
    if (found !== undefined) return;
    const whole = Buffer.concat([tail, piece]);
    const at = whole.indexOf(pattern);
    if (at >= 0) found = address + seen - tail.length + at;
    seen += piece.length;
    tail = whole.subarray(Math.max(0, whole.length - pattern.length + 1));
  });
  return found ?? failure;
};

const range = (reader: Reader, separator: string): { address: number; length: number } => {
  const address = reader.hex();
  reader.expect(separator);
  return { address, length: reader.hex() };
};

export const searchPackets = [
  packet({
    match: "qCRC:",
    parse: (reader) => {
      const asked = range(reader, ",");
      reader.end();
      return asked;
    },
    handle: ({ address, length }, session): Reply => {
      let crc = 0xffffffff;
      const failure = forEachPiece(session, address, length, (piece) => {
        crc = crcOf(crc, piece);
      });
      return failure ?? `C${crc.toString(16)}`;
    },
  }),

  packet({
    match: "qSearch:memory:",
    parse: (reader) => {
      const asked = range(reader, ";");
      reader.expect(";");
      return { ...asked, pattern: reader.binary() };
    },
    handle: ({ address, length, pattern }, session): Reply => {
      if (pattern.length === 0) return fail(Errno.EINVAL, "there is nothing to search for");
      const found = search(session, address, length, pattern);
      if (found === undefined) return "0";
      return typeof found === "number" ? `1,${found.toString(16)}` : found;
    },
  }),
];
