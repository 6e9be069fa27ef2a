/** m M X x: memory of the process that Hg chose, at offsets in its own segments (GDB manual, "Packets"). */
import { ascii, concat, toHex } from "../bytes.js";
import { PACKET_SIZE } from "../codec.js";
import { fitting, framedBinary, framedHex } from "../encode.js";
import type { Reader } from "../reader.js";
import { EMPTY, Errno, fail, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { packet } from "./definition.js";

const LAST_ADDRESS = 0xffffffff;

const range = (reader: Reader): { address: number; length: number } => {
  const address = reader.hex();
  reader.expect(",");
  // A length the reply cannot hold is no error: fewer bytes than asked for are a valid answer.
  const length = reader.hex(Number.MAX_SAFE_INTEGER);
  return { address, length };
};

const wholeRange = (reader: Reader) => {
  const asked = range(reader);
  reader.end();
  return asked;
};

const read = (session: Session, address: number, length: number, most: number): Uint8Array | Reply => {
  const bytes = session.read(address, Math.min(length, most, LAST_ADDRESS - address + 1));
  return typeof bytes === "string" ? fail(Errno.EFAULT, bytes) : bytes;
};

const write = (session: Session, address: number, length: number, bytes: Uint8Array): Reply => {
  if (bytes.length !== length) return fail(Errno.EINVAL, `the packet announces ${length} bytes and carries ${bytes.length}`);
  // gdb probes for X with no data at all.
  if (length === 0) return OK;
  const written = session.write(address, bytes);
  return written === true ? OK : fail(Errno.EFAULT, written);
};

export const memoryPackets = [
  packet({
    match: "m",
    parse: wholeRange,
    handle: ({ address, length }, session) => {
      if (length === 0) return EMPTY;
      const bytes = read(session, address, length, PACKET_SIZE / 2);
      return bytes instanceof Uint8Array ? (framedHex(bytes) ?? toHex(bytes)) : bytes;
    },
  }),

  packet({
    match: "M",
    parse: (reader) => {
      const asked = range(reader);
      reader.expect(":");
      return { ...asked, bytes: reader.hexBytes() };
    },
    handle: ({ address, length, bytes }, session) => write(session, address, length, bytes),
  }),

  packet({
    match: "X",
    parse: (reader) => {
      const asked = range(reader);
      reader.expect(":");
      return { ...asked, bytes: reader.binary() };
    },
    handle: ({ address, length, bytes }, session) => write(session, address, length, bytes),
  }),

  /** Answered with 'b' and the bytes. LLDB has another x, without the 'b', and tries it with "x0,0": an empty answer keeps it off. */
  packet({
    match: "x",
    advertise: "binary-upload+",
    parse: wholeRange,
    handle: ({ address, length }, session) => {
      if (length === 0) return EMPTY;
      const bytes = read(session, address, length, PACKET_SIZE - 1);
      if (!(bytes instanceof Uint8Array)) return bytes;
      return framedBinary("b", bytes, PACKET_SIZE - 1) ?? concat(ascii("b"), fitting(bytes, PACKET_SIZE - 1));
    },
  }),
];
