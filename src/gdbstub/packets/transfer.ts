/** qXfer:object:read: documents read piece by piece (GDB manual, "General Query Packets"). */
import { ascii, concat, utf8 } from "../bytes.js";
import { PACKET_SIZE } from "../codec.js";
import { fitting } from "../encode.js";
import { osdata } from "../osdata.js";
import { Malformed, Reader } from "../reader.js";
import { Errno, type Failure, fail, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { siginfo } from "../siginfo.js";
import { targetDescription } from "../target-description.js";
import { formatThreadId } from "../thread-id.js";
import { frameInfo } from "../tracing/status.js";
import { attributes, xmlText } from "../xml.js";
import { type PacketDefinition, packet } from "./definition.js";

type Produce = (annex: string, session: Session) => string | Uint8Array | Failure;

interface Part {
  readonly annex: string;
  readonly offset: number;
  readonly length: number;
}

/** `m` and a piece of the document, or `l` and the last one. */
const piece = (whole: Uint8Array, { offset, length }: Part): Reply => {
  if (offset > whole.length) return fail(Errno.EINVAL, "the offset is beyond the end");
  const data = fitting(whole.subarray(offset, offset + length), PACKET_SIZE - 1);
  return concat(ascii(offset + data.length < whole.length ? "m" : "l"), data);
};

const object = (name: string, produce: Produce, needs?: PacketDefinition<Part>["needs"]) =>
  packet<Part>({
    match: `qXfer:${name}:read`,
    advertise: `qXfer:${name}:read+`,
    textErrors: true,
    ...(needs === undefined ? {} : { needs }),
    parse: (reader) => {
      reader.expect(":");
      const annex = reader.textUntil(":");
      reader.expect(":");
      const offset = reader.hex();
      reader.expect(",");
      const length = reader.hex(Number.MAX_SAFE_INTEGER);
      reader.end();
      return { annex, offset, length };
    },
    handle: (part, session) => {
      // The pieces of one reading must be of one document, though threads come and go meanwhile.
      const key = `${name}:${part.annex}`;
      let whole = session.documents.get(key);
      if (whole === undefined || part.offset === 0) {
        const made = produce(part.annex, session);
        if (typeof made !== "string" && !(made instanceof Uint8Array)) return made;
        whole = typeof made === "string" ? utf8(made) : made;
        session.documents.set(key, whole);
      }
      return piece(whole, part);
    },
  });

const noAnnex = (annex: string) => fail(0, `there is no "${annex}"`);

const threadList: Produce = (_, session) => {
  const rows = session.processes
    .threads()
    .map(
      (thread) =>
        `<thread${attributes({ id: formatThreadId(thread, session.client.multiprocess), core: 0, name: thread.name })}>${xmlText(thread.detail)}</thread>\n`,
    );
  return `<?xml version="1.0"?>\n<threads>\n${rows.join("")}</threads>\n`;
};

const executable: Produce = (annex, session) => {
  const id = annex === "" ? session.general.space : parseProcess(annex);
  const space = session.processes.spaces().find((candidate) => candidate.id === id);
  if (space === undefined) return noAnnex(annex);
  return space.executable?.path ?? fail(Errno.ENOENT, `nothing is known of the executable of process ${space.id}`);
};

const parseProcess = (annex: string): number => {
  const reader = new Reader(ascii(annex));
  const id = reader.hex();
  if (!reader.atEnd) throw new Malformed("the annex is a process id");
  return id;
};

const faultRecord: Produce = (annex, { target }) => {
  if (annex !== "") return noAnnex(annex);
  const fault = target.lastFault?.();
  return fault === undefined ? fail(Errno.ENOENT, "no exception has been raised yet") : siginfo(fault);
};

const traceFrame: Produce = (annex, { experiment: { frame } }) => {
  if (annex !== "") return noAnnex(annex);
  return frame === undefined ? fail(Errno.ENOENT, "no trace frame is selected") : frameInfo(frame);
};

const READ_TYPES = ["all", "new", "delta"] as const;

const branches: Produce = (annex, { branchTraces, general }) => {
  const type = READ_TYPES.find((each) => each === annex);
  return type === undefined ? noAnnex(annex) : branchTraces.read(general, type);
};

export const transferPackets = [
  object("features", (annex, session) => {
    const { registers, realMode } = session.target;
    return annex === "target.xml" ? targetDescription(registers, realMode ? "i8086" : "i386") : noAnnex(annex);
  }),
  object("threads", threadList),
  object("exec-file", executable),
  object("osdata", (annex, session) => osdata(annex, session.target) ?? noAnnex(annex), "tables"),
  object("siginfo", faultRecord, "lastFault"),
  object("traceframe-info", traceFrame, "tracing"),
  object("btrace", branches, "branches"),
  object("btrace-conf", (_, { branchTraces, general }) => branchTraces.configuration(general), "branches"),
];
