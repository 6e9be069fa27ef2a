/** Who understands what: the packets at the start of a session (GDB manual, "General Query Packets"). */
import { ClientFeatures } from "../features.js";
import { EMPTY, OK } from "../reply.js";
import { anything, nothing, packet } from "./definition.js";

export const handshakePackets = [
  packet({
    match: "qSupported",
    parse: (reader) => new ClientFeatures(reader.skip(":") ? reader.restText() : ""),
    handle: (client, session) => session.negotiate(client),
  }),

  packet({
    match: "QStartNoAckMode",
    advertise: "QStartNoAckMode+",
    parse: nothing,
    handle: (_, session) => {
      session.afterReply(() => session.link.stopAcknowledging());
      return OK;
    },
  }),

  /** Clients ask it to learn how an unknown packet is answered. */
  packet({ match: "vMustReplyEmpty", parse: anything, handle: () => EMPTY }),

  /** Extended mode: the program may be run again. Without restart there is nothing to extend. */
  packet({
    match: "!",
    parse: nothing,
    handle: (_, session) => {
      session.extended = true;
      return OK;
    },
  }),

  /** The executables are loaded where they were linked: every space has addresses of its own. */
  packet({ match: "qOffsets", parse: nothing, handle: () => "Text=0;Data=0;Bss=0" }),

  /** The client offers to look symbols up; we need none. */
  packet({ match: "qSymbol", parse: anything, handle: () => OK }),
];
