/** When something happened last: a write of memory, the execution of an instruction. */
import { linear } from "../../cpu386/address.js";
import { PAGE_BYTES } from "../../pc/changed-pages.js";
import type { MachineTarget } from "../machine-target.js";
import type { Probe } from "../points.js";
import type { Hit, Sought } from "./backwards.js";
import { drain, excursion } from "./excursion.js";
import type { History } from "./history.js";

/** Where the processor was. */
export interface Place {
  readonly count: number;
  readonly space: string;
  readonly eip: number;
  readonly symbol: string | undefined;
}

export function placeOf(target: MachineTarget): Place {
  const { machine, system, run } = target;
  const { space } = target.current();
  const { eip } = run;
  return {
    count: machine.now,
    space: system.spaces().find(({ id }) => id === space)?.name ?? `process ${space}`,
    eip,
    symbol: system.symbol(space, eip),
  };
}

const NEVER = { breakpoint: () => undefined, exit: () => undefined };

/** The last instruction before this moment that wrote any of these linear addresses. */
export function lastWrite(target: MachineTarget, history: History, start: number, length: number): Place | undefined {
  const { machine } = target;
  const { timeline } = history;
  const exit = (): Hit => ({ position: { count: machine.lastInstruction, settled: true }, stop: target.lastStop(), written: true });
  return search(target, history, { execute: [], write: [{ start, length }] }, () => ({
    ...NEVER,
    exit: (each) => (each.kind === "watchpoint" && machine.lastInstruction < timeline.end.count ? exit() : undefined),
    pages: pagesOf(target, start, length),
  }));
}

/** The last time before this moment that the instruction at an address of a space was executed; addresses by space. */
export function lastExecution(target: MachineTarget, history: History, addresses: ReadonlyMap<number, number>): Place | undefined {
  const bases = new Map(target.system.spaces().map(({ id, segments }) => [id, segments?.base ?? 0]));
  const execute = [...addresses].map(([space, address]) => ((bases.get(space) ?? 0) + address) >>> 0);
  const breakpoint = (): ReturnType<Sought["breakpoint"]> =>
    addresses.get(target.current().space) === target.run.eip ? target.lastStop() : undefined;
  return search(target, history, { execute, write: [] }, () => ({ ...NEVER, breakpoint }));
}

function search(target: MachineTarget, { timeline, backwards }: History, probe: Probe, sought: () => Sought): Place | undefined {
  return excursion(timeline, () => {
    target.points.probe(probe);
    try {
      const hit = drain(backwards.lastHit(timeline.position, sought()));
      if (!hit) return undefined;
      drain(backwards.reach(hit));
      return placeOf(target);
    } finally {
      target.points.probe(undefined);
    }
  });
}

/** Where these addresses are in RAM now; undefined if a page table may have put them elsewhere before. */
function pagesOf({ machine }: MachineTarget, start: number, length: number): number[] | undefined {
  const { paging } = machine.cpu.processor;
  if (paging.enabled) return undefined;
  const first = paging.peek(linear(start));
  if (first === undefined) return undefined;
  const [from, to] = [first, first + length - 1].map((at) => Math.floor(at / PAGE_BYTES));
  return Array.from({ length: to! - from! + 1 }, (_, n) => from! + n);
}
