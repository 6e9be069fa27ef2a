/** The tiers against each other, by a sample of what `npm run campaign:tiers` runs a million of. */
import { expect, test } from "vitest";
import { TEST_TIMEOUT } from "../../support/patience.js";
import { compareTiers } from "./campaign.js";

const CASES = Number(process.env.POK386_TIERS_CASES ?? 3000);
const SEED = Number(process.env.POK386_TIERS_SEED ?? 386);

test.each([
  { paging: false, cases: CASES },
  { paging: true, cases: Math.ceil(CASES / 3) },
])(
  "$cases random sequences do alike in the cold and in the hot tier, with paging $paging",
  ({ paging, cases }) => {
    const { sequences, inRegions } = compareTiers(SEED, cases, paging);
    expect(inRegions / sequences, "instructions of a sequence executed by regions").toBeGreaterThan(50);
  },
  Math.max(TEST_TIMEOUT, CASES * 20),
);
