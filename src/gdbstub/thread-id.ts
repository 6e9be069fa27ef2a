/**
 * The thread-id syntax (GDB manual, "Packets"): `p<pid>.<tid>`, hexadecimal, -1 for all and 0 for any.
 *
 * A client without the multiprocess extensions knows one process only. To it, the threads of every space are threads of that one, with
 * the space in the upper half of the number: it still reaches all of them, and Hg still chooses whose addresses are meant.
 */
import type { ThreadId } from "../debug/target.js";

/** What a request may name; `thread` alone is never specific without `space`. */
export interface ThreadSelector {
  readonly space: number | "any" | "all";
  readonly thread: number | "any" | "all";
}

const SPACE_SHIFT = 0x10000;
const MAX_ID = 0x7fffffff;

const parsePart = (text: string): number | "any" | "all" | undefined => {
  if (text === "-1") return "all";
  if (!/^[0-9a-fA-F]{1,8}$/.test(text)) return undefined;
  const value = Number.parseInt(text, 16);
  if (value > MAX_ID) return undefined;
  return value === 0 ? "any" : value;
};

export const parseThreadId = (text: string): ThreadSelector | undefined => {
  if (text.startsWith("p")) {
    const dot = text.indexOf(".");
    const space = parsePart(dot < 0 ? text.slice(1) : text.slice(1, dot));
    // "ppid" alone is every thread of the process.
    const thread = dot < 0 ? "all" : parsePart(text.slice(dot + 1));
    return space === undefined || thread === undefined ? undefined : { space, thread };
  }
  const flat = parsePart(text);
  if (flat === undefined) return undefined;
  if (typeof flat === "string") return { space: flat, thread: flat };
  return flat < SPACE_SHIFT ? { space: 1, thread: flat } : { space: Math.floor(flat / SPACE_SHIFT), thread: flat % SPACE_SHIFT };
};

export const formatThreadId = ({ space, thread }: ThreadId, multiprocess: boolean): string => {
  if (multiprocess) return `p${space.toString(16)}.${thread.toString(16)}`;
  return (space === 1 ? thread : space * SPACE_SHIFT + thread).toString(16);
};

/** Whether the selector takes in this thread ("any" does: it leaves the choice to the stub). */
export const selects = (selector: ThreadSelector, id: ThreadId): boolean =>
  (typeof selector.space === "string" || selector.space === id.space) &&
  (typeof selector.thread === "string" || selector.thread === id.thread);
