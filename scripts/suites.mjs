/** The suites that compare with something nobody here wrote, and how one of them is run: by vitest, with its report collected. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * `name` is the report's. `column` stands over its counts in docs/OPCODES.md, if it counts by encoding. `random` suites take a number of
 * cases and a seed by these variables, in rounds, so that one that fails can be run again alone.
 */
export const SUITES = [
  {
    name: "host-integer",
    file: "test/cpu386/host-cpu.test.ts",
    column: "host CPU",
    reference: "the host's processor, integer instructions in a 32-bit process",
    compares:
      "registers, flags, memory, selectors and the exact fault with its error code; segments by modify_ldt: odd bases, byte limits, expand-down, read-only, not present",
    unit: "random programs of 1 to 5 instructions",
    random: { cases: "POK386_ORACLE_CASES", seed: "POK386_ORACLE_SEED", round: 50_000 },
  },
  {
    name: "host-x87",
    file: "test/cpu386/host-x87.test.ts",
    column: "host CPU",
    reference: "the host's processor, x87",
    compares: "registers, control, status and tag words and memory, bit for bit; transcendentals to one unit in the last place",
    unit: "random instructions",
    random: { cases: "POK386_X87_CASES", seed: "POK386_SEED", round: 20_000 },
  },
  {
    name: "tiers",
    file: "test/cpu386/tiers/tiers.test.ts",
    reference: "the cold tier",
    compares:
      "the whole state of processor and memory while the hot tier is forced in at random: loops over random instructions above a small kernel, with faults, interrupts, code that changes, breakpoints and watchpoints; a third with paging",
    unit: "random sequences",
    random: { cases: "POK386_TIERS_CASES", seed: "POK386_TIERS_SEED", round: 20_000 },
  },
  {
    name: "page-faults",
    file: "test/cpu386/paging-encodings.test.ts",
    column: "page faults",
    reference: "the manual: faults are restartable (volume 3, 6.15)",
    compares: "registers, flags, x87 and memory before and after a page fault at every access",
    unit: "faults injected",
  },
  {
    name: "qemu-lockstep",
    file: "test/lockstep/qemu.test.ts",
    column: "QEMU lock-step",
    reference: "QEMU, in lock-step through both stubs",
    compares: "all registers after each instruction of the guest's boot, into ring 3 and its system calls",
    unit: "instructions",
  },
  {
    name: "test-rom",
    file: "test/rom/rom.test.ts",
    column: "test ROM",
    reference: "QEMU and Bochs, a test ROM",
    compares: "findings in real, protected and virtual-8086 mode, ring 3, paging, tasks",
    unit: "findings printed",
  },
];
/** By --jit: what POK386_TIERS has to be (test/support/tiers.ts). */
const TIERS = { on: undefined, off: "cold", hot: "hot", verify: "verify" };
export const JIT = Object.keys(TIERS);
export const JIT_HELP = `  --jit HOW   on: as users have it; off: the cold tier alone; hot: everything is compiled before it is executed; verify: hot, and compared
              with the cold tier (default on)`;
/** The environment of tests that shall run by those tiers. */
export const tiersEnvironment = (jit) => ({ POK386_TIERS: TIERS[jit] });
export const suiteNamed = (name) => SUITES.find((s) => s.name === name);

function vitest(file, environment) {
  return new Promise((resolve) => {
    const child = spawn("npx", ["vitest", "run", "--project", "standard", file], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (text += bytes));
    child.on("close", (status) => resolve({ status, text }));
  });
}

function merge(into, report) {
  into.cases += report.cases;
  into.standIn ??= report.standIn;
  for (const [form, cases] of Object.entries(report.forms)) into.forms[form] = (into.forms[form] ?? 0) + cases;
  for (const d of report.departures) {
    const known = into.departures.find((k) => k.reference === d.reference && k.what === d.what);
    if (known) known.cases += d.cases;
    else into.departures.push({ ...d });
  }
}

/** Runs a suite once, and adds what it reports to `total`. @throws Error with the output and the command that repeats a failure */
async function runOnce(suite, environment, total) {
  const folder = mkdtempSync(join(tmpdir(), "pok386-report-"));
  try {
    const { status, text } = await vitest(suite.file, { ...environment, POK386_REPORT: folder });
    if (status !== 0) {
      const again = [
        ...Object.entries(environment).flatMap(([k, v]) => (v === undefined ? [] : `${k}=${v}`)),
        "npx vitest run",
        suite.file,
      ].join(" ");
      throw new Error(`${text}\nagain: ${again}`);
    }
    for (const name of readdirSync(folder)) merge(total, JSON.parse(readFileSync(join(folder, name), "utf8")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a suite; a random one for so many cases from a seed on, in rounds. `environment` is added to that of the tests.
 * @param progress hears the share that is done, 0 to 1
 * @returns its report: cases, forms (cases by encoding), departures; standIn, if another than its reference was compared with
 */
export async function runSuite(suite, { cases, seed = 1, environment = {} } = {}, progress = () => {}) {
  const total = { cases: 0, forms: {}, departures: [] };
  const { random } = suite;
  if (!random) await runOnce(suite, environment, total);
  else {
    const wanted = cases ?? random.round;
    for (let done = 0, round = 0; done < wanted; done += random.round, round++) {
      progress(done / wanted);
      const count = Math.min(random.round, wanted - done);
      await runOnce(suite, { ...environment, [random.cases]: String(count), [random.seed]: String(seed + round) }, total);
    }
  }
  progress(1);
  return total;
}

const WIDTH = 40;
/** A bar on standard error, with a name before it; one line in ten steps where there is no terminal. */
export function progressBar(name) {
  let shown = -1;
  return (share) => {
    const filled = Math.floor(share * WIDTH);
    const bar = `${name.padEnd(16)} [${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
    if (process.stderr.isTTY) process.stderr.write(`\r${bar}${share === 1 ? "\n" : ""}`);
    else if (Math.floor(share * 10) !== shown) process.stderr.write(`${bar}\n`);
    shown = Math.floor(share * 10);
  };
}
