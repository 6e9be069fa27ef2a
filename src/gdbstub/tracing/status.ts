/** The trace experiment in the words of its packets (GDB manual, "Tracepoint Packets"). */
import { toHex, utf8 } from "../bytes.js";
import { attributes } from "../xml.js";
import type { TraceExperiment } from "./experiment.js";
import type { TraceFrame } from "./frame.js";
import type { Tracepoint } from "./tracepoint.js";
import type { TraceVariable } from "./variables.js";

const hex = (value: number | bigint): string => value.toString(16);
const hexText = (text: string): string => toHex(utf8(text));

const endText = ({ end, notes }: TraceExperiment): string => {
  if (end.kind === "tstop") return `tstop:${hexText(notes.tstop)}:0`;
  if (end.kind === "tpasscount") return `tpasscount:${hex(end.tracepoint)}`;
  if (end.kind === "terror") return `terror:${hexText(end.text)}:${hex(end.tracepoint)}`;
  return `${end.kind}:0`;
};

export const statusReply = (experiment: TraceExperiment): string => {
  const { buffer, running, disconnected, notes, startTime, stopTime } = experiment;
  return [
    `T${running ? 1 : 0}`,
    running ? "tnotrun:0" : endText(experiment),
    `tframes:${hex(buffer.length)}`,
    `tcreated:${hex(buffer.created)}`,
    `tfree:${hex(buffer.free)}`,
    `tsize:${hex(buffer.size)}`,
    `circular:${buffer.circular ? 1 : 0}`,
    `disconn:${disconnected ? 1 : 0}`,
    `starttime:${hex(startTime)}`,
    `stoptime:${hex(stopTime)}`,
    `username:${hexText(notes.user)}`,
    `notes:${hexText(notes.notes)}:`,
  ].join(";");
};

/**
 * A tracepoint as the packets of an upload: `T`, its actions and what the user typed. gdb 13.1 understands the latter by the symbols of the
 * process it is in, and does not connect at all if it cannot; so of another process's tracepoint it gets no more than the location.
 */
export const uploadOf = (tracepoint: Tracepoint, process: number): string[] => {
  const { number, address, enabled, steps, passCount, condition, actions } = tracepoint;
  const sources = tracepoint.sources.filter(({ type }) => type === "at" || tracepoint.space === process);
  const place = `${hex(number)}:${hex(address)}`;
  const tested = condition ? `:X${hex(condition.text.length / 2)},${condition.text}` : "";
  return [
    `T${place}:${enabled ? "E" : "D"}:${hex(steps)}:${hex(passCount)}${tested}`,
    ...actions.map(({ stepping, text }) => `${stepping ? "S" : "A"}${place}:${text}`),
    ...sources.map(({ type, start, length, text }) => `Z${place}:${type}:${hex(start)}:${hex(length)}:${text}`),
  ];
};

export const variableText = ({ number, initial, builtin, name }: TraceVariable): string =>
  `${hex(number)}:${hex(BigInt.asUintN(64, initial))}:${builtin ? 1 : 0}:${hexText(name)}`;

/** What a frame holds beside registers (GDB manual, "Traceframe Info Format"). */
export const frameInfo = (frame: TraceFrame): string => {
  const rows = frame.blocks.map((block) => {
    if (block.kind === "memory")
      return `<memory${attributes({ start: `0x${hex(block.address)}`, length: `0x${hex(block.bytes.length)}` })}/>\n`;
    return block.kind === "variable" ? `<tvar${attributes({ id: `0x${hex(block.number)}` })}/>\n` : "";
  });
  return `<?xml version="1.0"?>\n<!DOCTYPE traceframe-info SYSTEM "traceframe-info.dtd">\n<traceframe-info>\n${rows.join("")}</traceframe-info>\n`;
};
