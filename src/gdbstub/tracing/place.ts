/**
 * Whose address a tracepoint's is. `QTDP` names no process, gdb 13.1 sends no Hg before it, and processes have code at the same addresses.
 * So the process is that of the last Hg if its executable has code there, and else the one that has; and once `QTDPsrc` tells what the user
 * typed, it is the one whose executable has that function or file there. A tracepoint that comes several times with one address is one in
 * several processes, in their order.
 */
import type { Space } from "../../debug/target.js";
import { ExecutableFile } from "../executable.js";
import type { Tracepoint } from "./tracepoint.js";

const files = new WeakMap<Uint8Array, ExecutableFile>();
const fileOf = ({ executable }: Space): ExecutableFile | undefined => {
  if (executable === undefined) return undefined;
  const known = files.get(executable.bytes) ?? new ExecutableFile(executable.bytes);
  files.set(executable.bytes, known);
  return known;
};

const assign = (added: Tracepoint, twins: readonly Tracepoint[], places: readonly number[], general: number): void => {
  const all = [...twins, added];
  if (all.length > 1 && all.length <= places.length) for (const [n, each] of all.entries()) each.space = places[n]!;
  else added.space = places.includes(general) ? general : (places[0] ?? general);
};

/** Decides the process of `added`, and once more those of its `twins`, which have the same number and address. */
export const assignSpace = (added: Tracepoint, twins: readonly Tracepoint[], spaces: readonly Space[], general: number): void => {
  const places = spaces.filter((space) => fileOf(space)?.hasCode(added.address)).map(({ id }) => id);
  assign(added, twins, places, general);
};

/** `function`, `file:line` or `file:function`, as far as this can tell them (GDB manual, "Linespec Locations"). */
const LOCATION = /^(?:(?:.*[/\\])?([^/\\:]+):)?(?:(\d+)|\*?&?([A-Za-z_][\w.$]*).*)$/;

const isNamed = (file: ExecutableFile | undefined, location: string, address: number): boolean => {
  const [, source, line, name] = LOCATION.exec(location) ?? [];
  if (file === undefined || (source === undefined && name === undefined)) return false;
  if (source !== undefined && !file.hasFile(source)) return false;
  return line === undefined ? file.isIn(name!, address) : file.hasCode(address);
};

/** Decides once more by the location that the user typed. */
export const assignByLocation = (
  tracepoint: Tracepoint,
  twins: readonly Tracepoint[],
  location: string,
  spaces: readonly Space[],
  general: number,
): void => {
  const places = spaces.filter((space) => isNamed(fileOf(space), location, tracepoint.address)).map(({ id }) => id);
  if (places.length > 0) assign(tracepoint, twins, places, general);
};
