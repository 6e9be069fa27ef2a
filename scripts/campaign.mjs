/**
 * The host's processor as oracle, at length: `npm run campaign -- --help`. The tests run a sample of the same. A case that fails is printed
 * as a small program.
 */
import { parseArgs } from "node:util";
import { JIT, JIT_HELP, progressBar, runSuite, suiteNamed, tiersEnvironment } from "./suites.mjs";

const usage = `usage: npm run campaign -- [--jit ${JIT.join("|")}] [CASES] [FIRST SEED]
  CASES       of integer instructions, and a tenth of that of the x87 (default 2000000)
  FIRST SEED  each round has one more (default 1)
${JIT_HELP}`;
function fail(text) {
  console.error(`campaign: ${text}\n${usage}`);
  process.exit(2);
}
function parse() {
  try {
    return parseArgs({ options: { jit: { type: "string", default: "on" }, help: { type: "boolean" } }, allowPositionals: true });
  } catch (e) {
    return fail(e.message.split("\n")[0]);
  }
}
const { values, positionals } = parse();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
if (!JIT.includes(values.jit)) fail(`--jit takes ${JIT.join(", ")}`);
const [cases, seed] = [Number(positionals[0] ?? 2_000_000), Number(positionals[1] ?? 1)];
if (positionals.length > 2 || ![cases, seed].every((n) => Number.isSafeInteger(n) && n > 0)) fail("two whole numbers from 1 on");
const environment = tiersEnvironment(values.jit);
/** The x87's cases cost more, having exact integers of any length inside. */
const shares = [
  ["host-integer", cases],
  ["host-x87", Math.ceil(cases / 10)],
];
try {
  for (const [name, count] of shares) {
    const report = await runSuite(suiteNamed(name), { cases: count, seed, environment }, progressBar(name));
    const by = report.standIn ? `of ${count}, by ${report.standIn} since this host's kernel runs no 32-bit programs, ` : "";
    console.log(`${name}: ${report.cases} cases ${by}from seed ${seed} on, --jit ${values.jit}, no unexplained difference`);
    for (const d of report.departures) console.log(`  ${d.cases} times ${d.reference}: ${d.what} (${d.manual})`);
  }
} catch (error) {
  console.error(`\n${error.message}`);
  process.exit(1);
}
