/** Tracepoints and trace state variables (GDB manual, "Tracepoint Packets"). */
import { Malformed, type Reader } from "../reader.js";
import { registerName } from "../register-layout.js";
import { Errno, fail, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { type Definition, newTracepoint, parseActions, parseDefinition } from "../tracing/parse.js";
import { uploadOf, variableText } from "../tracing/status.js";
import type { Tracepoint } from "../tracing/tracepoint.js";
import type { TraceVariable } from "../tracing/variables.js";
import { nothing, packet } from "./definition.js";

interface Place {
  readonly number: number;
  readonly address: number;
}

const place = (reader: Reader): Place => {
  const number = reader.hex();
  reader.expect(":");
  return { number, address: reader.hex() };
};
const only = <A>(parse: (reader: Reader) => A) => {
  return (reader: Reader): A => {
    reader.expect(":");
    const parsed = parse(reader);
    reader.end();
    return parsed;
  };
};

const noSuchTracepoint = ({ number, address }: Place) =>
  fail(Errno.ENOENT, `there is no tracepoint ${number} at 0x${address.toString(16)}`);

const names = (session: Session) => (number: number) => registerName(session.target.registers, number);

const setEnabled = (match: string, enabled: boolean) =>
  packet<Place>({
    match,
    needs: "tracing",
    textErrors: true,
    parse: only(place),
    handle: (at, { experiment }) => {
      const found = experiment.tracepoints.filter(({ number, address }) => number === at.number && address === at.address);
      for (const tracepoint of found) tracepoint.enabled = enabled;
      return found.length > 0 ? OK : noSuchTracepoint(at);
    },
  });

type Downloaded = { readonly definition: Definition } | { readonly at: Place; readonly actions: Uint8Array };

/** Reads a list piece by piece, as qTfP and qTsP do. */
const upload = (first: string, next: string, pieces: (session: Session) => readonly string[]) => {
  const answer = (session: Session): Reply => session.uploads.get(first)?.shift() ?? "l";
  return [
    packet({
      match: first,
      needs: "tracing",
      parse: nothing,
      handle: (_, session) => {
        session.uploads.set(first, [...pieces(session)]);
        return answer(session);
      },
    }),
    packet({ match: next, needs: "tracing", parse: nothing, handle: (_, session) => answer(session) }),
  ];
};

export const tracepointPackets = [
  packet<Downloaded>({
    match: "QTDP",
    needs: "tracing",
    advertise: "ConditionalTracepoints+;TracepointSource+;tracenz+;InstallInTrace+",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      if (!reader.skip("-")) return { definition: parseDefinition(reader) };
      const at = place(reader);
      reader.expect(":");
      return { at, actions: reader.rest() };
    },
    handle: (download, session) => {
      const { experiment } = session;
      if ("definition" in download) {
        const { definition } = download;
        experiment.define(newTracepoint(definition, session.general.space, names(session)), session.general.space);
        return OK;
      }
      const found = experiment.find(download.at.number, download.at.address);
      if (found === undefined) return noSuchTracepoint(download.at);
      parseActions(download.actions, found, names(session));
      return OK;
    },
  }),

  packet({
    match: "QTDPsrc",
    needs: "tracing",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      const at = place(reader);
      reader.expect(":");
      const type = reader.textUntil(":");
      reader.expect(":");
      const start = reader.hex();
      reader.expect(":");
      const length = reader.hex();
      reader.expect(":");
      const text = reader.restText();
      if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new Malformed("expected hexadecimal digits");
      return { at, piece: { type, start, length, text } };
    },
    handle: ({ at, piece }, { experiment, general }) => {
      const found = experiment.find(at.number, at.address);
      if (found === undefined) return noSuchTracepoint(at);
      found.sources.push(piece);
      if (piece.type === "at" && piece.start === 0) experiment.locate(found, Buffer.from(piece.text, "hex").toString(), general.space);
      return OK;
    },
  }),

  { ...setEnabled("QTEnable", true), advertise: "EnableDisableTracepoints+" },
  setEnabled("QTDisable", false),

  packet<Place>({
    match: "qTP",
    needs: "tracing",
    textErrors: true,
    parse: only(place),
    handle: (at, { experiment }) => {
      const found = experiment.tracepoints.filter(({ number, address }) => number === at.number && address === at.address);
      if (found.length === 0) return noSuchTracepoint(at);
      const sum = (of: (tracepoint: Tracepoint) => number): string => found.reduce((total, each) => total + of(each), 0).toString(16);
      return `V${sum(({ hits }) => hits)}:${sum(({ usage }) => usage)}`;
    },
  }),

  packet<TraceVariable>({
    match: "QTDV",
    needs: "tracing",
    textErrors: true,
    parse: only((reader) => {
      const number = reader.hex(0xffff);
      reader.expect(":");
      const initial = BigInt.asIntN(64, reader.hexBig());
      reader.expect(":");
      const builtin = reader.hex(1) === 1;
      reader.expect(":");
      return { number, initial, builtin, name: reader.hexText() };
    }),
    handle: (variable, { experiment }) => {
      experiment.variables.define(variable);
      return OK;
    },
  }),

  /** In a frame: as it was collected there. */
  packet<number>({
    match: "qTV",
    needs: "tracing",
    parse: only((reader) => reader.hex()),
    handle: (number, { experiment }) => {
      const { frame } = experiment;
      const value = frame === undefined ? experiment.variables.value(number) : frame.variable(number);
      return value === undefined ? "U" : `V${BigInt.asUintN(64, value).toString(16)}`;
    },
  }),

  ...upload("qTfP", "qTsP", ({ experiment, reportedIn }) => experiment.tracepoints.flatMap((each) => uploadOf(each, reportedIn))),
  // The latest first: gdb creates the last one it reads first.
  ...upload("qTfV", "qTsV", ({ experiment }) => experiment.variables.all().map(variableText).reverse()),
];
