/**
 * The tiers against each other, at length: `npm run campaign:tiers -- --help`. A program that makes a difference is printed, made small, and
 * the exit status is 1.
 */
import { parseArgs } from "node:util";
import { progressBar, runSuite, suiteNamed } from "./suites.mjs";

const HELP = `usage: npm run campaign:tiers -- [--cases N] [--seed N] [--paging]

Runs random sequences of instructions, with interrupts, faults, breakpoints and changes of code between and within them, in the cold tier and
with the hot tier forced in at random, and compares the whole state after each slice of them.

  --cases N   sequences (default 1000000)
  --seed N    of the first round; each round has one more. What an interrupted run has seen through need not be run again (default 1)
  --paging    all with paging, where otherwise a third is
  --help      this text`;

function fail(text) {
  console.error(`campaign:tiers: ${text}; --help says more`);
  process.exit(2);
}
function options() {
  try {
    const { values } = parseArgs({
      options: {
        cases: { type: "string", default: "1000000" },
        seed: { type: "string", default: "1" },
        paging: { type: "boolean", default: false },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (e) {
    return fail(e.message.split("\n")[0]);
  }
}
const values = options();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const whole = (name) => {
  const n = Number(values[name]);
  return Number.isSafeInteger(n) && n > 0 ? n : fail(`--${name} takes a whole number from 1 on`);
};
const [cases, seed] = [whole("cases"), whole("seed")];
const suite = suiteNamed("tiers");
const bar = progressBar("tiers");
let next = seed;
const progress = (share) => {
  // Rounds are of one length, so the share tells which one is next.
  next = seed + Math.floor((share * cases) / suite.random.round);
  bar(share);
};
process.on("SIGINT", () => {
  const done = (next - seed) * suite.random.round;
  console.error(`\n${done} sequences seen through; the rest: --cases ${cases - done} --seed ${next}${values.paging ? " --paging" : ""}`);
  process.exit(130);
});
try {
  const environment = values.paging ? { POK386_TIERS_PAGING: "only" } : {};
  const report = await runSuite(suite, { cases, seed, environment }, progress);
  console.log(`${report.cases} sequences from seed ${seed} on, no difference between the tiers`);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
