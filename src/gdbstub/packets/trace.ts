/** Running a trace experiment and looking at what it has collected (GDB manual, "Tracepoint Packets"). */
import { toHex } from "../bytes.js";
import { PACKET_SIZE } from "../codec.js";
import { Malformed, type Reader } from "../reader.js";
import { Errno, fail, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { DEFAULT_SIZE, MOST_SIZE } from "../tracing/buffer.js";
import type { TraceFrame } from "../tracing/frame.js";
import { statusReply } from "../tracing/status.js";
import { nothing, packet } from "./definition.js";

/** -1 as a hexadecimal number of 32 bits. */
const NONE = 0xffffffff;

const flag = (reader: Reader): boolean => {
  reader.expect(":");
  const value = reader.hex(1) === 1;
  reader.end();
  return value;
};

type Choice = { readonly index: number } | { readonly fits: (frame: TraceFrame) => boolean };

/** gdb extends addresses by their sign. */
const pair = (reader: Reader): { start: number; end: number } => {
  const start = reader.hexLow();
  reader.expect(":");
  return { start, end: reader.hexLow() };
};

/** `n`, `pc:addr`, `tdp:n`, `range:start:end`, `outside:start:end`. */
const frameChoice = (reader: Reader): Choice => {
  if (/[0-9a-fA-F]/.test(reader.peek())) return { index: reader.hexLow() };
  const way = reader.textUntil(":");
  reader.expect(":");
  switch (way) {
    case "pc": {
      const address = reader.hexLow();
      return { fits: ({ pc }) => pc === address };
    }
    case "tdp": {
      const number = reader.hex();
      return { fits: ({ tracepoint }) => tracepoint === number };
    }
    case "range": {
      const { start, end } = pair(reader);
      return { fits: ({ pc }) => pc >= start && pc <= end };
    }
    case "outside": {
      const { start, end } = pair(reader);
      return { fits: ({ pc }) => pc < start || pc > end };
    }
    default:
      throw new Malformed(`frames are not chosen by ${way}`);
  }
};

const selectFrame = (choice: Choice, { experiment }: Session): Reply => {
  if ("index" in choice && choice.index === NONE) {
    experiment.selected = undefined;
    return OK;
  }
  const { buffer } = experiment;
  const index = "index" in choice ? choice.index : buffer.find(experiment.selected ?? -1, choice.fits);
  const frame = index === undefined ? undefined : buffer.frame(index);
  if (index === undefined || frame === undefined) return "F-1";
  experiment.selected = index;
  return `F${index.toString(16)}T${frame.tracepoint.toString(16)}`;
};

const NOTES = ["user", "notes", "tstop"] as const;

export const tracePackets = [
  packet({
    match: "QTinit",
    needs: "tracing",
    parse: nothing,
    handle: (_, { experiment }) => {
      experiment.clear();
      return OK;
    },
  }),

  packet({
    match: "QTStart",
    needs: "tracing",
    textErrors: true,
    parse: nothing,
    handle: (_, { experiment }) => {
      const started = experiment.start();
      return started === true ? OK : fail(Errno.EINVAL, started);
    },
  }),

  packet({
    match: "QTStop",
    needs: "tracing",
    parse: nothing,
    handle: (_, { experiment }) => {
      experiment.stop({ kind: "tstop" });
      return OK;
    },
  }),

  packet({
    match: "qTStatus",
    needs: "tracing",
    parse: nothing,
    handle: (_, session) => {
      session.knowsTraces = true;
      return statusReply(session.experiment);
    },
  }),

  packet({
    match: "QTFrame",
    needs: "tracing",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      const choice = frameChoice(reader);
      reader.end();
      return choice;
    },
    handle: selectFrame,
  }),

  /** Memory that has never changed is read from the machine, though no frame contains it. */
  packet({
    match: "QTro",
    needs: "tracing",
    parse: (reader) => {
      const ranges: { start: number; end: number }[] = [];
      while (reader.skip(":")) {
        const start = reader.hex();
        reader.expect(",");
        ranges.push({ start, end: reader.hex() });
      }
      reader.end();
      return ranges;
    },
    handle: (ranges, { experiment }) => {
      experiment.readOnly = ranges;
      return OK;
    },
  }),

  packet({
    match: "QTDisconnected",
    needs: "tracing",
    advertise: "DisconnectedTracing+",
    parse: flag,
    handle: (disconnected, { experiment }) => {
      experiment.disconnected = disconnected;
      return OK;
    },
  }),

  packet({
    match: "QTBuffer:circular",
    needs: "tracing",
    parse: flag,
    handle: (circular, { experiment }) => {
      experiment.buffer.circular = circular;
      return OK;
    },
  }),

  packet({
    match: "QTBuffer:size",
    needs: "tracing",
    advertise: "QTBuffer:size+",
    textErrors: true,
    parse: (reader) => {
      reader.expect(":");
      const isDefault = reader.skip("-");
      const size = reader.hexLow();
      reader.end();
      return isDefault || size === NONE ? DEFAULT_SIZE : size;
    },
    handle: (size, { experiment }) => {
      if (experiment.running) return fail(Errno.EPERM, "the trace buffer is in use");
      if (size > MOST_SIZE) return fail(Errno.EINVAL, `a trace buffer has at most ${MOST_SIZE} bytes`);
      experiment.buffer.clear();
      experiment.buffer.size = size;
      return OK;
    },
  }),

  /** "l" at the end of what has been collected. */
  packet({
    match: "qTBuffer",
    needs: "tracing",
    parse: (reader) => {
      reader.expect(":");
      const offset = reader.hex();
      reader.expect(",");
      const length = reader.hex();
      reader.end();
      return { offset, length };
    },
    handle: ({ offset, length }, { experiment }) => toHex(experiment.buffer.bytes(offset, Math.min(length, PACKET_SIZE / 2))) || "l",
  }),

  packet({
    match: "QTNotes",
    needs: "tracing",
    parse: (reader) => {
      reader.expect(":");
      const given: [(typeof NOTES)[number], string][] = [];
      while (!reader.atEnd) {
        const word = reader.textUntil(":");
        const name = NOTES.find((each) => each === word);
        if (name === undefined) throw new Malformed(`notes are ${NOTES.join(", ")}`);
        reader.expect(":");
        given.push([name, reader.hexText(";")]);
        reader.skip(";");
      }
      return given;
    },
    handle: (given, { experiment }) => {
      for (const [name, text] of given) experiment.notes[name] = text;
      return OK;
    },
  }),
];
