/** What has changed between two moments: registers, and ranges of physical memory. */
import { physical } from "../../cpu386/address.js";
import { PAGE_BYTES } from "../../pc/changed-pages.js";
import type { MachineTarget } from "../machine-target.js";
import { GENERAL_NAMES, SELECTOR_NAMES } from "../threads.js";
import { excursion, goTo } from "./excursion.js";
import type { History } from "./history.js";

export interface ChangedRegister {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}
export interface ChangedRange {
  /** Physical address of its first byte. */
  readonly address: number;
  readonly before: Uint8Array;
  readonly now: Uint8Array;
}
export interface Difference {
  readonly registers: readonly ChangedRegister[];
  readonly memory: readonly ChangedRange[];
}

const NAMES = [...GENERAL_NAMES, "eip", "eflags", ...SELECTOR_NAMES] as const;
const ZEROS = new Uint8Array(PAGE_BYTES);
/** Ranges with fewer equal bytes than this between them are told as one. */
const NEAR = 8;

/** The processor's own registers, whatever runs on it. */
function registersOf(target: MachineTarget): Map<string, number> {
  const system = target.registers.system.map(({ name }) => name);
  return new Map([...NAMES, ...system].map((name) => [name, target.run.register(name) ?? 0]));
}

/** From another moment's point of view. The machine stays where it is. */
export function differenceSince(target: MachineTarget, { timeline }: History, count: number): Difference {
  const now = registersOf(target);
  return excursion(timeline, (here) => {
    goTo(timeline, count);
    const snapshots = timeline.snapshots!;
    const before = registersOf(target);
    const names = [...now.keys()].filter((name) => now.get(name) !== before.get(name));
    const memory = [...snapshots.differing(here)]
      .sort((a, b) => a - b)
      .flatMap((page) => {
        const before = target.machine.cpu.processor.memory.peek(physical(page * PAGE_BYTES), PAGE_BYTES) ?? ZEROS;
        return rangesOf(page * PAGE_BYTES, before, snapshots.pageAt(here, page) ?? ZEROS);
      });
    return { registers: names.map((name) => ({ name, before: before.get(name)!, now: now.get(name)! })), memory };
  });
}

function rangesOf(address: number, before: Uint8Array, now: Uint8Array): ChangedRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (let at = 0; at < before.length; at++) {
    if (before[at] === now[at]) continue;
    const last = ranges.at(-1);
    if (last && at - last.end < NEAR) last.end = at + 1;
    else ranges.push({ start: at, end: at + 1 });
  }
  return ranges.map(({ start, end }) => ({ address: address + start, before: before.slice(start, end), now: now.slice(start, end) }));
}
