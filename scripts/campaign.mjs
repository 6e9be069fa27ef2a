/**
 * `npm run campaign -- [CASES] [FIRST SEED]`: the host's processor as oracle, at length: by default 2 million integer cases and 200,000 of
 * the x87, in rounds of their own seeds, so that one that fails can be run again alone. The tests run a sample of the same.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cases = Number(process.argv[2] ?? 2_000_000);
const firstSeed = Number(process.argv[3] ?? 1);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error("campaign: say npm run campaign -- [CASES] [FIRST SEED], whole numbers");
  process.exit(2);
}
const ROUND = 100_000;
/** The x87's cases cost more, having exact integers of any length inside. */
const X87_SHARE = 10;
const root = fileURLToPath(new URL("..", import.meta.url));

function round(file, environment) {
  const { status, stdout, stderr } = spawnSync("npx", ["vitest", "run", file], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", ...environment },
  });
  if (status === 0) return;
  process.stderr.write("\n");
  console.error(stdout + stderr);
  console.error(
    `again: ${Object.entries(environment)
      .map(([k, v]) => `${k}=${v}`)
      .join(" ")} npx vitest run ${file}`,
  );
  process.exit(1);
}

const rounds = Math.ceil(cases / ROUND);
for (let n = 0; n < rounds; n++) {
  const seed = String(firstSeed + n);
  const count = Math.min(ROUND, cases - n * ROUND);
  const done = Math.floor((n / rounds) * 40);
  if (process.stderr.isTTY || n % 5 === 0)
    process.stderr.write(`\r[${"#".repeat(done)}${".".repeat(40 - done)}] ${n * ROUND} of ${cases} cases`);
  round("test/cpu386/host-cpu.test.ts", { POK386_ORACLE_CASES: String(count), POK386_ORACLE_SEED: seed });
  round("test/cpu386/host-x87.test.ts", { POK386_X87_CASES: String(Math.ceil(count / X87_SHARE)), POK386_SEED: seed });
}
process.stderr.write(`\r[${"#".repeat(40)}] ${cases} of ${cases} cases\n`);
console.log(
  `${cases} integer and ${Math.ceil(cases / X87_SHARE)} x87 cases, seeds ${firstSeed} to ${firstSeed + rounds - 1}: no difference`,
);
