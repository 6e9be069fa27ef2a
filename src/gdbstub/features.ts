/** What the two sides tell each other in qSupported (GDB manual, "General Query Packets"). */
import type { DebugTarget } from "../debug/target.js";
import { PACKET_SIZE } from "./codec.js";
import type { AnyPacket } from "./packets/definition.js";

/** What the client said it understands: "name+" of its qSupported. */
export class ClientFeatures {
  readonly #offered: ReadonlySet<string>;

  constructor(list = "") {
    const names = list.split(";").filter((item) => item.endsWith("+"));
    this.#offered = new Set(names.map((item) => item.slice(0, -1)));
  }

  /** Thread-ids with a process in them. */
  get multiprocess(): boolean {
    return this.#offered.has("multiprocess");
  }

  /** Stop reasons are only for those who asked. */
  get softwareBreakReason(): boolean {
    return this.#offered.has("swbreak");
  }

  get hardwareBreakReason(): boolean {
    return this.#offered.has("hwbreak");
  }

  /** Programs that are replaced by others in their processes; ours begin anew. */
  get execEvents(): boolean {
    return this.#offered.has("exec-events");
  }

  /** `E.text` in answer to any packet. */
  get errorMessages(): boolean {
    return this.#offered.has("error-message");
  }
}

/** The packet is there for this target: what it needs is implemented. */
export const available = (packet: AnyPacket, target: DebugTarget): boolean =>
  packet.needs === undefined || target[packet.needs] !== undefined;

/** Derived from the packets themselves, so it cannot promise what is not there. */
export const supportedReply = (packets: readonly AnyPacket[], target: DebugTarget, client: ClientFeatures): string => {
  const stub = ["multiprocess+", "swbreak+", "hwbreak+"];
  if (client.errorMessages) stub.push("error-message+");
  if (client.execEvents && target.startsPrograms) stub.push("exec-events+");
  const ofPackets = packets.filter((packet) => available(packet, target)).flatMap((packet) => packet.advertise ?? []);
  return [`PacketSize=${PACKET_SIZE.toString(16)}`, ...stub, ...new Set(ofPackets)].join(";");
};
