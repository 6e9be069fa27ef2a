/** What LLDB asks beyond GDB's protocol ("LLDB GDB Remote Protocol Extensions"): without it, it would not know an i386 before it has a file. */
import { toHex, utf8 } from "../bytes.js";
import { nothing, packet } from "./definition.js";

/** Keys and values as LLDB has them; the triple in hexadecimal. */
const HOST = `triple:${toHex(utf8("i386-unknown-unknown-elf"))};endian:little;ptrsize:4;`;

export const lldbPackets = [
  packet({ match: "qHostInfo", parse: nothing, handle: () => HOST }),

  packet({
    match: "qProcessInfo",
    parse: nothing,
    handle: (_, session) => `pid:${session.general.space.toString(16)};${HOST}`,
  }),
];
