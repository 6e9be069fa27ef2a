/** Every packet there is. qSupported's reply is derived from this list. */
import type { DebugTarget } from "../../debug/target.js";
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

/** By the code of the first character; longer names before those they begin with. */
const byInitial: readonly (readonly AnyPacket[])[] = Array.from({ length: 256 }, (_, code) =>
  packets.filter(({ match }) => match.charCodeAt(0) === code).sort((a, b) => b.match.length - a.match.length),
);

/** A name of several letters ends at one of these or with the packet, so that qC does not match qCRC ("Packets"). */
const SEPARATORS = ":;,";

/** Whether the payload begins with this name, and the name ends there. */
const isNamed = (payload: Uint8Array, name: string): boolean => {
  const { length } = name;
  for (let i = 1; i < length; i++) if (payload[i] !== name.charCodeAt(i)) return false;
  if (length === 1 || length === payload.length || ":?=".includes(name[length - 1]!)) return true;
  return length < payload.length && SEPARATORS.includes(String.fromCharCode(payload[length]!));
};

/** The packet and a reader at its first argument; undefined for what we do not know, which is answered with an empty packet. */
export const lookUp = (payload: Uint8Array, target: DebugTarget): { packet: AnyPacket; reader: Reader } | undefined => {
  const [initial] = payload;
  const packet = initial === undefined ? undefined : byInitial[initial]!.find((p) => isNamed(payload, p.match) && available(p, target));
  return packet && { packet, reader: new Reader(payload.subarray(packet.match.length)) };
};
