/** Every packet there is. qSupported's reply is derived from this list. */
import type { DebugTarget } from "../../debug/target.js";
import { toText } from "../bytes.js";
import { available } from "../features.js";
import { Reader } from "../reader.js";
import { branchPackets } from "./branches.js";
import type { AnyPacket } from "./definition.js";
import { eventPackets } from "./events.js";
import { filePackets } from "./file.js";
import { handshakePackets } from "./handshake.js";
import { lifecyclePackets } from "./lifecycle.js";
import { lldbPackets } from "./lldb.js";
import { memoryPackets } from "./memory.js";
import { monitorPackets } from "./monitor.js";
import { pointPackets } from "./points.js";
import { qemuPackets } from "./qemu.js";
import { registerPackets } from "./registers.js";
import { resumePackets } from "./resume.js";
import { reversePackets } from "./reverse.js";
import { searchPackets } from "./search.js";
import { threadPackets } from "./threads.js";
import { tracePackets } from "./trace.js";
import { tracepointPackets } from "./tracepoints.js";
import { transferPackets } from "./transfer.js";

export const packets: readonly AnyPacket[] = [
  ...handshakePackets,
  ...threadPackets,
  ...registerPackets,
  ...memoryPackets,
  ...searchPackets,
  ...pointPackets,
  ...tracepointPackets,
  ...tracePackets,
  ...branchPackets,
  ...eventPackets,
  ...resumePackets,
  ...reversePackets,
  ...lifecyclePackets,
  ...transferPackets,
  ...filePackets,
  ...monitorPackets,
  ...qemuPackets,
  ...lldbPackets,
];

const byName: ReadonlyMap<string, AnyPacket> = new Map(packets.map((packet) => [packet.match, packet]));
const LONGEST = Math.max(...packets.map(({ match }) => match.length));

/** A name of several letters ends at one of these or with the packet, so that qC does not match qCRC ("Packets"). */
const SEPARATORS = ":;,";

const complete = (name: string, next: string): boolean =>
  name.length === 1 || ":?=".includes(name[name.length - 1]) || next === "" || SEPARATORS.includes(next);

/** The packet and a reader at its first argument; undefined for what we do not know, which is answered with an empty packet. */
export const lookUp = (payload: Uint8Array, target: DebugTarget): { packet: AnyPacket; reader: Reader } | undefined => {
  const head = toText(payload.subarray(0, LONGEST + 1));
  for (let length = Math.min(LONGEST, head.length); length > 0; length--) {
    const name = head.slice(0, length);
    const packet = byName.get(name);
    if (packet === undefined || !complete(name, head.slice(length, length + 1)) || !available(packet, target)) continue;
    return { packet, reader: new Reader(payload.subarray(length)) };
  }
  return undefined;
};
