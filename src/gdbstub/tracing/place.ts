/**
 * Whose address a tracepoint's is. `QTDP` names no process, gdb 13.1 sends no Hg before it, and processes have code at the same addresses.
 * So the process is that of the last Hg if its executable has code there, and else the one that has. A tracepoint that comes several times
 * with one address is one in several processes, in their order.
 */
import type { Space } from "../../debug/target.js";
import type { Tracepoint } from "./tracepoint.js";

const PT_LOAD = 1;
const EXECUTABLE = 1;
const HEADER = { offset: 28, size: 42, count: 44 };

/** Whether a loaded segment of an ELF file has code at an address. */
const hasCode = ({ executable }: Space, address: number): boolean => {
  if (executable === undefined) return false;
  const { bytes } = executable;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint16(HEADER.size, true);
  for (let n = 0; n < view.getUint16(HEADER.count, true); n++) {
    const at = view.getUint32(HEADER.offset, true) + n * size;
    if (at + size > bytes.length || view.getUint32(at, true) !== PT_LOAD || !(view.getUint32(at + 24, true) & EXECUTABLE)) continue;
    const start = view.getUint32(at + 8, true);
    if (address >= start && address < start + view.getUint32(at + 20, true)) return true;
  }
  return false;
};

/** Decides the process of `added`, and once more those of its `twins`, which have the same number and address. */
export const assignSpace = (added: Tracepoint, twins: readonly Tracepoint[], spaces: readonly Space[], general: number): void => {
  const places = spaces.filter((space) => hasCode(space, added.address)).map(({ id }) => id);
  const all = [...twins, added];
  if (all.length > 1 && all.length <= places.length) for (const [n, each] of all.entries()) each.space = places[n]!;
  else added.space = places.includes(general) ? general : (places[0] ?? general);
};
