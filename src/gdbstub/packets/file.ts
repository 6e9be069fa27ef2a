/** vFile: the executables, read-only, so that gdb finds the symbols of every process by itself (GDB manual, "Host I/O Packets"). */
import { ascii, concat } from "../bytes.js";
import { PACKET_SIZE } from "../codec.js";
import { fitting } from "../encode.js";
import { fileStatus, findExecutable, O_RDONLY } from "../open-files.js";
import type { Reader } from "../reader.js";
import { Errno, type Reply } from "../reply.js";
import { anything, packet } from "./definition.js";

/** "F-1,errno"; both numbers are hexadecimal. */
const refuse = (errno: number): string => `F-1,${errno.toString(16)}`;

const attachment = (data: Uint8Array): Uint8Array => concat(ascii(`F${data.length.toString(16)};`), data);

/** "F", up to eight digits, ";". */
const HEADER = 10;

const fileName = (reader: Reader): string => {
  const name = reader.hexText();
  reader.end();
  return name;
};

const descriptor = (reader: Reader): number => {
  const number = reader.hex();
  reader.end();
  return number;
};

const readOnly = (match: string) => packet({ match, parse: anything, handle: (): Reply => refuse(Errno.EROFS) });

export const filePackets = [
  /** Every process sees the same few files. */
  packet({ match: "vFile:setfs:", parse: descriptor, handle: () => "F0" }),

  packet({
    match: "vFile:open:",
    parse: (reader) => {
      const name = reader.hexText(",");
      reader.expect(",");
      const flags = reader.hex();
      reader.expect(",");
      reader.hex();
      reader.end();
      return { name, flags };
    },
    handle: ({ name, flags }, session) => {
      // gdb opens a file called "just probing" to see if it may open any: there is none.
      const file = findExecutable(session.target, name);
      if (file === undefined) return refuse(Errno.ENOENT);
      if (flags !== O_RDONLY) return refuse(Errno.EROFS);
      const opened = session.files.open(file);
      return opened === undefined ? refuse(Errno.EMFILE) : `F${opened.toString(16)}`;
    },
  }),

  packet({
    match: "vFile:close:",
    parse: descriptor,
    handle: (number, session) => {
      const errno = session.files.close(number);
      return errno === 0 ? "F0" : refuse(errno);
    },
  }),

  packet({
    match: "vFile:pread:",
    parse: (reader) => {
      const number = reader.hex();
      reader.expect(",");
      const count = reader.hex(Number.MAX_SAFE_INTEGER);
      reader.expect(",");
      const offset = reader.hex(Number.MAX_SAFE_INTEGER);
      reader.end();
      return { number, count, offset };
    },
    handle: ({ number, count, offset }, session) => {
      const file = session.files.get(number);
      if (file === undefined) return refuse(Errno.EBADF);
      return attachment(fitting(file.bytes.subarray(offset, offset + count), PACKET_SIZE - HEADER));
    },
  }),

  packet({
    match: "vFile:fstat:",
    parse: descriptor,
    handle: (number, session) => {
      const file = session.files.get(number);
      return file === undefined ? refuse(Errno.EBADF) : attachment(fileStatus(file));
    },
  }),

  packet({
    match: "vFile:stat:",
    parse: fileName,
    handle: (name, session) => {
      const file = findExecutable(session.target, name);
      return file === undefined ? refuse(Errno.ENOENT) : attachment(fileStatus(file));
    },
  }),

  /** None of them is a symbolic link. */
  packet({
    match: "vFile:readlink:",
    parse: fileName,
    handle: (name, session) => refuse(findExecutable(session.target, name) === undefined ? Errno.ENOENT : Errno.EINVAL),
  }),

  readOnly("vFile:pwrite:"),
  readOnly("vFile:unlink:"),
];
