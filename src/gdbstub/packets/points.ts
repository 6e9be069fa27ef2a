/** Z and z: breakpoints and watchpoints (GDB manual, "Packets"). The process is that of the preceding Hg, not a field of the packet. */
import type { PointType } from "../inserted-points.js";
import { Malformed, type Reader } from "../reader.js";
import { Errno, fail, OK } from "../reply.js";
import { packet } from "./definition.js";

const point = (reader: Reader): { type: PointType; address: number; length: number } => {
  const type = reader.hex();
  if (type > 4) throw new Malformed("types of points are 0 to 4");
  reader.expect(",");
  const address = reader.hex();
  reader.expect(",");
  const length = reader.hex(0xffff);
  // Conditions and commands come behind a ';': they are for stubs that advertise them.
  reader.end();
  return { type: type as PointType, address, length };
};

export const pointPackets = [
  packet({
    match: "Z",
    textErrors: true,
    parse: point,
    handle: (asked, session) => {
      const done = session.points.insert({ ...asked, space: session.general.space });
      return done === true ? OK : fail(Errno.EINVAL, done);
    },
  }),

  packet({
    match: "z",
    textErrors: true,
    parse: point,
    handle: (asked, session) => {
      session.points.remove({ ...asked, space: session.general.space });
      return OK;
    },
  }),
];
