/** What a handler gives back; the session turns it into exactly one packet. */
import { ascii, hexByte, utf8 } from "./bytes.js";
import { Framed } from "./encode.js";

/** "Not supported", for a packet as for an object of qXfer. */
export const EMPTY = "";
export const OK = "OK";

/** The answer comes with the next stop. */
export const LATER = Symbol("later");
/** The manual gives the packet no answer: `k` and `R`. */
export const NONE = Symbol("none");

/** Error numbers in the terms of "Errno Values" of the File-I/O extension; clients show them, if anything, as a number. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EFAULT: 14,
  EINVAL: 22,
  EMFILE: 24,
  EROFS: 30,
  EOVERFLOW: 75,
  ENOSYS: 88,
} as const;

export interface Failure {
  readonly errno: number;
  readonly text: string;
}

export const fail = (errno: number, text: string): Failure => ({ errno, text });

/** Text is ASCII; bytes may hold anything and are escaped on their way out. */
export type Reply = string | Uint8Array | Framed | Failure | typeof LATER | typeof NONE;

/** `E.text` is plain text, so what framing and run-length encoding give a meaning to must not occur in it. */
const errorText = (text: string): Uint8Array => utf8(`E.${text.replace(/[#$*}\r\n]+/g, " ").slice(0, 1000)}`);

const errorNumber = (errno: number): Uint8Array => ascii(`E${hexByte(errno)}`);

/** The packet that says it, if there is one to be sent now. */
export const payloadOf = (reply: Reply, textErrors: boolean): Uint8Array | Framed | undefined => {
  if (reply === LATER || reply === NONE) return undefined;
  if (typeof reply === "string") return ascii(reply);
  if (reply instanceof Uint8Array || reply instanceof Framed) return reply;
  return textErrors ? errorText(reply.text) : errorNumber(reply.errno);
};
