/** qRcmd: commands for the machine itself, `monitor ...` in gdb (GDB manual, "General Query Packets"). */
import { OK } from "../reply.js";
import { packet } from "./definition.js";

export const monitorPackets = [
  packet({
    match: "qRcmd",
    needs: "monitor",
    parse: (reader) => {
      reader.expect(",");
      return reader.hexText();
    },
    handle: (command, session) => {
      session.target.monitor?.(command, (text) => session.console.print(text));
      return OK;
    },
  }),
];
