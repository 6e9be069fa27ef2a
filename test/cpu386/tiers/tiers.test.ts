/**
 * The tiers against each other, by a sample of what `npm run campaign:tiers` runs a million of. POK386_TIERS_CASES and POK386_TIERS_SEED
 * choose another one; a third of it has paging, or with POK386_TIERS_PAGING=only all.
 */
import { afterAll, expect, test } from "vitest";
import { TEST_TIMEOUT } from "../../support/patience.js";
import { SuiteReport } from "../../support/suite-report.js";
import { compareTiers } from "./campaign.js";

const CASES = Number(process.env.POK386_TIERS_CASES ?? 2400);
const SEED = Number(process.env.POK386_TIERS_SEED ?? 386);
const PAGED = process.env.POK386_TIERS_PAGING === "only" ? CASES : Math.ceil(CASES / 3);

const report = new SuiteReport("tiers");
afterAll(() => report.write());

test.each([
  { paging: false, cases: CASES - PAGED },
  { paging: true, cases: PAGED },
])(
  "$cases random sequences do alike in the cold and in the hot tier, with paging $paging",
  ({ paging, cases }) => {
    const { sequences, inRegions } = compareTiers(SEED, cases, paging);
    report.cases += sequences;
    if (cases > 0) expect(inRegions / sequences, "instructions of a sequence executed by regions").toBeGreaterThan(20);
  },
  Math.max(TEST_TIMEOUT, CASES * 20),
);
