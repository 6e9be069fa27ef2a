/** Programs in which the tiers once differed, made small; and the rules they broke. */
import { expect, test } from "vitest";
import * as L from "../../../src/cpu386/layout.js";
import { COLD, HOT } from "../../support/tiers.js";
import { CODE, DATA, Machine } from "../machine.js";
import { differenceAlone } from "./campaign.js";
import { FOUND } from "./found.js";

test.each(Object.entries(FOUND))("%s", (_, program) => {
  expect(differenceAlone(program)).toBeUndefined();
});

/** Counts left in ecx at which `repne scasb` is asked about, executed in runs of so many instructions. */
function asked(run: number, tiers = COLD): number[] {
  const m = new Machine().code([0xf2, 0xae, 0xf4]);
  m.cpu.setTiers(tiers);
  m.set(L.ECX, 20);
  m.set(L.EDI, DATA);
  m.set(L.EAX, 1);
  const counts: number[] = [];
  m.cpu.records.setBreakpoint(CODE);
  m.cpu.onBreakpoint = () => {
    counts.push(m.get(L.ECX));
    return false;
  };
  while (m.run(run).kind === "budget");
  return counts;
}

test("a breakpoint on a repeated instruction is asked about at each iteration, however long a run or a grant is", () => {
  const each = Array.from({ length: 20 }, (_, n) => 20 - n);
  expect(asked(1000)).toEqual(each);
  expect(asked(7)).toEqual(each);
  expect(asked(1000, { jit: true, schedule: { ...HOT, shortest: 3, longest: 3 } })).toEqual(each);
});
