/** Recording branches (GDB manual, "General Query Packets": Qbtrace); the traces are read by qXfer. */
import { Malformed } from "../reader.js";
import { Errno, fail, OK } from "../reply.js";
import { nothing, packet } from "./definition.js";

export const branchPackets = [
  /** The thread that Hg chose. */
  packet({
    match: "Qbtrace:bts",
    needs: "branches",
    advertise: "Qbtrace:bts+",
    textErrors: true,
    parse: nothing,
    handle: (_, { branchTraces, general }) => {
      const enabled = branchTraces.enable(general);
      return enabled === true ? OK : fail(Errno.EIO, enabled);
    },
  }),

  packet({
    match: "Qbtrace:off",
    needs: "branches",
    advertise: "Qbtrace:off+",
    textErrors: true,
    parse: nothing,
    handle: (_, { branchTraces, general }) => (branchTraces.disable(general) ? OK : fail(Errno.ENOENT, "Branch tracing not enabled.")),
  }),

  /** Bytes of the buffer; gdb writes them with "0x" in front. */
  packet<number>({
    match: "Qbtrace-conf:bts:size=",
    needs: "branches",
    advertise: "Qbtrace-conf:bts:size+",
    textErrors: true,
    parse: (reader) => {
      const text = reader.restText();
      if (!/^(0x)?[0-9a-fA-F]{1,8}$/.test(text)) throw new Malformed("a size is a hexadecimal number");
      return Number.parseInt(text.replace("0x", ""), 16);
    },
    handle: (size, { branchTraces }) => {
      branchTraces.size = size;
      return OK;
    },
  }),
];
