/** Runs every case on one machine and holds what it does against the rules with that machine's findings. */
import { writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { Case } from "./case.js";
import { AREA_BEFORE } from "./cases/common.js";
import { everyCase } from "./cases/index.js";
import { SHORT } from "./cases/tasks.js";
import { type Finding, findingsOf } from "./findings.js";
import { type MachineName, observe } from "./machines.js";
import type { Departure } from "./rules/departures.js";
import { type Outcome, predict } from "./rules/predict.js";
import { same } from "./table.js";

const show = ({ vector, errorCode, changed }: Outcome): string =>
  `${vector}(${errorCode?.toString(16) ?? ""}) ${changed.map(([n, value]) => `${(4 * n).toString(16)}=${value.toString(16)}`).join(" ")}`;

/** Only the cases that asked for a departure can show it. */
class Predictions {
  readonly outcomes: Outcome[] = [];
  private readonly asked = new Map<Departure, number[]>();
  constructor(
    readonly cases: readonly Case[],
    private readonly departures: readonly Departure[],
  ) {
    for (const [n, c] of cases.entries()) {
      const names = new Set<Departure>();
      this.outcomes.push(predict(c, AREA_BEFORE, departures, names));
      for (const name of names) {
        const list = this.asked.get(name);
        if (list) list.push(n);
        else this.asked.set(name, [n]);
      }
    }
  }
  /** How many cases would end otherwise but for this departure; at most `enough`. */
  shows(name: Departure, enough: number): number {
    const others = this.departures.filter((d) => d !== name);
    let count = 0;
    for (const n of this.asked.get(name) ?? []) {
      if (this.differs(n, others) && ++count >= enough) break;
    }
    return count;
  }
  /** Without a departure a case may even be one that no reference could survive: code where there is none. */
  private differs(n: number, departures: readonly Departure[]): boolean {
    try {
      return !same(predict(this.cases[n]!, AREA_BEFORE, departures), this.outcomes[n]!);
    } catch {
      return true;
    }
  }
}

/** Groups beyond this are sampled in a test run; `npm run matrix` runs all of them. */
const SMALL_GROUP = 2500;
const ONE_OF = 4;
const SEED = Number(process.env.POK386_SEED ?? 1);

function sample(cases: readonly Case[]): Case[] {
  const sizes = new Map<string, number>();
  for (const { group } of cases) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  let random = SEED >>> 0;
  return cases.filter(({ group }) => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return sizes.get(group)! <= SMALL_GROUP || (random >>> 16) % ONE_OF === 0;
  });
}

/** After a shutdown a reference has to be started again: some cases are enough to see that it does. */
const SHUTDOWNS = 4;
function fewShutdowns(cases: readonly Case[], departures: readonly Departure[]): readonly Case[] {
  let left = SHUTDOWNS;
  return cases.filter((c) => c.group !== SHORT || predict(c, AREA_BEFORE, departures).vector !== "shutdown" || left-- > 0);
}

interface Group {
  cases: number;
  differences: number;
}

/** Of what a command reads: see scripts/matrix.mjs. */
export interface Report {
  readonly machine: MachineName;
  readonly seconds: number;
  /** Differences from the manual, whether a finding explains them or not; but for RF, which QEMU misses in nearly every case. */
  readonly groups: Readonly<Record<string, Group>>;
  readonly findings: readonly (Finding & { readonly cases: number })[];
}

export async function compare(machine: MachineName): Promise<void> {
  const report = process.env.POK386_MATRIX_REPORT;
  const every = [...everyCase()];
  const chosen = report ? every : sample(every);
  const findings = findingsOf(machine);
  const departures = findings.map((f) => f.departure);
  const cases = fewShutdowns(chosen, departures);
  const predictions = new Predictions(cases, departures);
  const started = Date.now();
  const observed = await observe(machine, cases, AREA_BEFORE);
  const seconds = (Date.now() - started) / 1000;
  const unexplained = cases.flatMap((c, n) => {
    const [expected, found] = [predictions.outcomes[n]!, observed[n]!];
    return same(expected, found) ? [] : [`${c.group}: ${c.name}\n  predicted ${show(expected)}\n  found     ${show(found)}`];
  });
  expect(`${unexplained.length} unexplained\n${unexplained.slice(0, 10).join("\n")}`).toBe("0 unexplained\n");
  const counted = findings.map((f) => ({ ...f, cases: predictions.shows(f.departure, report ? Number.POSITIVE_INFINITY : 1) }));
  expect(counted.filter((f) => f.cases === 0).map((f) => f.departure)).toEqual([]);
  if (report)
    writeFileSync(
      report,
      JSON.stringify({
        machine,
        seconds,
        groups: grouped(
          cases,
          observed,
          departures.filter((d) => d === EVERYWHERE),
        ),
        findings: counted,
      } satisfies Report),
    );
}

const EVERYWHERE: Departure = "saves no RF";
function grouped(cases: readonly Case[], observed: readonly Outcome[], granted: readonly Departure[]): Record<string, Group> {
  const groups: Record<string, Group> = {};
  for (const [n, c] of cases.entries()) {
    const group = (groups[c.group] ??= { cases: 0, differences: 0 });
    group.cases++;
    if (!same(predict(c, AREA_BEFORE, granted), observed[n]!)) group.differences++;
  }
  return groups;
}
