/** The shape of a packet's definition: matching, parsing and handling apart, capabilities as data. */
import type { DebugTarget } from "../../debug/target.js";
import type { Reader } from "../reader.js";
import type { Reply } from "../reply.js";
import type { Session } from "../session.js";

export interface PacketDefinition<A> {
  /** The name as the manual lists it. A name of one letter, or one ending in '?', '=' or ':', is followed by its arguments directly. */
  readonly match: string;
  /** The part of the target without which the packet is unknown. */
  readonly needs?: keyof DebugTarget;
  /** What qSupported says of it. */
  readonly advertise?: string;
  /** gdb 13.1 recognizes `E.text` in answer to it; elsewhere text would be read as data unless the client knows error-message. */
  readonly textErrors?: true;
  /** Also while the machine runs; every other packet then waits for the stop. */
  readonly whileRunning?: true;
  parse(reader: Reader): A;
  handle(args: A, session: Session): Reply;
}

/** A definition whose argument type is nobody's business but its own. */
// biome-ignore lint/suspicious/noExplicitAny: parse and handle of one definition agree, and only they see the value
export type AnyPacket = PacketDefinition<any>;

export const packet = <A>(definition: PacketDefinition<A>): PacketDefinition<A> => definition;

/** For packets without arguments. */
export const nothing = (reader: Reader): undefined => {
  reader.end();
};

/** For packets whose arguments mean nothing to us. */
export const anything = (reader: Reader): undefined => {
  reader.rest();
};
