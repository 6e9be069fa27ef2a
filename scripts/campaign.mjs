/**
 * The host's processor as oracle, at length: `npm run campaign -- [CASES] [FIRST SEED]`, by default 2 million integer cases and a tenth of
 * that of the x87. The tests run a sample of the same. A case that fails is printed as a small program.
 */
import { progressBar, runSuite, suiteNamed } from "./suites.mjs";

const args = process.argv.slice(2);
const usage = "usage: npm run campaign -- [CASES] [FIRST SEED]   (whole numbers from 1 on; default 2000000 1)";
if (args.includes("--help")) {
  console.log(usage);
  process.exit(0);
}
const [cases, seed] = [Number(args[0] ?? 2_000_000), Number(args[1] ?? 1)];
if (args.length > 2 || ![cases, seed].every((n) => Number.isSafeInteger(n) && n > 0)) {
  console.error(usage);
  process.exit(2);
}
/** The x87's cases cost more, having exact integers of any length inside. */
const shares = [
  ["host-integer", cases],
  ["host-x87", Math.ceil(cases / 10)],
];
try {
  for (const [name, count] of shares) {
    const report = await runSuite(suiteNamed(name), { cases: count, seed }, progressBar(name));
    console.log(`${name}: ${report.cases} cases from seed ${seed} on, no unexplained difference`);
    for (const d of report.departures) console.log(`  ${d.cases} times ${d.reference}: ${d.what} (${d.manual})`);
  }
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
