/** Z and z: breakpoints and watchpoints (GDB manual, "Packets"). The process is that of the preceding Hg, not a field of the packet. */
import { decode } from "../agent/decode.js";
import type { Program } from "../agent/machine.js";
import type { PointOptions } from "../agent/point-check.js";
import type { PointType } from "../inserted-points.js";
import { Malformed, type Reader } from "../reader.js";
import { registerName } from "../register-layout.js";
import { Errno, fail, OK } from "../reply.js";
import type { Session } from "../session.js";
import { packet } from "./definition.js";

/** Expressions still as bytes: their registers are the target's. */
interface Options {
  readonly conditions: readonly Uint8Array[];
  readonly commands: readonly Uint8Array[];
  readonly persistent: boolean;
}

const NONE: Options = { conditions: [], commands: [], persistent: false };

const point = (reader: Reader): { type: PointType; address: number; length: number } => {
  const type = reader.hex();
  if (type > 4) throw new Malformed("types of points are 0 to 4");
  reader.expect(",");
  const address = reader.hex();
  reader.expect(",");
  const length = reader.hex(0xffff);
  return { type: type as PointType, address, length };
};

/** `X len,bytes`, one behind the other. */
const expressions = (reader: Reader): Uint8Array[] => {
  const found: Uint8Array[] = [];
  while (reader.skip("X")) {
    const length = reader.hex();
    reader.expect(",");
    const bytes = reader.hexBytes("X;");
    if (bytes.length !== length) throw new Malformed(`an expression of ${bytes.length} bytes is announced as one of ${length}`);
    found.push(bytes);
    // The manual's syntax has no ';' between them; gdbserver takes one.
    if (reader.skip(";") && reader.atEnd) break;
  }
  return found;
};

/** `;cond_list` and `;cmds:persist,cmd_list`. */
const pointOptions = (reader: Reader): Options => {
  if (reader.atEnd) return NONE;
  const conditions: Uint8Array[] = [];
  const commands: Uint8Array[] = [];
  let persistent = false;
  reader.skip(";");
  conditions.push(...expressions(reader));
  reader.skip(";");
  if (!reader.atEnd) {
    for (const letter of "cmds:") reader.expect(letter);
    persistent = reader.hex(1) === 1;
    reader.expect(",");
    commands.push(...expressions(reader));
  }
  reader.end();
  return { conditions, commands, persistent };
};

const decoded = ({ conditions, commands, persistent }: Options, session: Session): PointOptions => {
  const program = (bytes: Uint8Array): Program => decode(bytes, (number) => registerName(session.target.registers, number));
  return { conditions: conditions.map(program), commands: commands.map(program), persistent };
};

export const pointPackets = [
  packet({
    match: "Z",
    advertise: "ConditionalBreakpoints+;BreakpointCommands+",
    textErrors: true,
    parse: (reader) => {
      const asked = point(reader);
      return { asked, options: pointOptions(reader) };
    },
    handle: ({ asked, options }, session) => {
      // Only breakpoints have conditions: what a watchpoint's is about may have changed before it is looked at.
      const done = session.points.insert({ ...asked, space: session.general.space }, decoded(options, session));
      return done === true ? OK : fail(Errno.EINVAL, done);
    },
  }),

  packet({
    match: "z",
    textErrors: true,
    parse: (reader) => {
      const asked = point(reader);
      reader.end();
      return asked;
    },
    handle: (asked, session) => {
      session.points.remove({ ...asked, space: session.general.space });
      return OK;
    },
  }),
];
