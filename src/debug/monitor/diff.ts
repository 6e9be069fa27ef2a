import { type ChangedRange, differenceSince } from "../history/difference.js";
import type { MachineTarget } from "../machine-target.js";
import { hex } from "./addresses.js";
import type { MonitorCommand } from "./index.js";
import { historyOf, momentIn } from "./travel.js";

const MOST_RANGES = 64;
const SHOWN_BYTES = 16;

const bytesText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString("hex") + (bytes.length > SHOWN_BYTES ? "..." : "");

/** Whose memory it is, by its offset there; the kernel's is all that is no partition's. */
function ownerText({ system }: MachineTarget, address: number): string {
  const owner = system.spaces().find(({ segments }) => segments && address >= segments.base && address <= segments.base + segments.limit);
  const [id, name, at] = owner ? [owner.id, owner.name, address - owner.segments!.base] : [1, "kernel", address];
  const symbol = system.symbol(id, at);
  return `${name}:${hex(at)}${symbol ? ` <${symbol}>` : ""}`;
}

export const diff: MonitorCommand = {
  name: "diff",
  synopsis: "COUNT|+N|-N|start|end|NAME",
  description: "registers and memory that differ between that moment and this one",
  run: (target, [moment], print) => {
    const count = momentIn(target, moment);
    const { registers, memory } = differenceSince(target, historyOf(target), count);
    for (const { name, before, now } of registers) print(`${name.padEnd(16)} ${hex(before)} -> ${hex(now)}\n`);
    const line = ({ address, before, now }: ChangedRange): string =>
      `${String(now.length).padStart(5)} bytes at ${ownerText(target, address)}: ${bytesText(before)} -> ${bytesText(now)}\n`;
    for (const range of memory.slice(0, MOST_RANGES)) print(line(range));
    const bytes = memory.reduce((sum, { now }) => sum + now.length, 0);
    const left = memory.length > MOST_RANGES ? `, ${memory.length - MOST_RANGES} ranges not shown` : "";
    print(`since instruction ${count}: ${registers.length} registers, ${bytes} bytes in ${memory.length} ranges${left}\n`);
  },
};
