/** One test of gdb's suite: what it needs, where it runs, and what came of it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const suiteFolder = fileURLToPath(new URL("../test/gdb-suite", import.meta.url));
export const defaultCache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pok386", "gdb-suite");

const SOURCE = "/usr/src/gdb.tar.xz";
const INSTALL = "apt-get install -y gdb gdb-source dejagnu expect gcc libc6-dev make xz-utils";
/** The longest test there is takes a third of it, on a machine that has little time for it. */
const TIMEOUT = 900_000;

/** Something is missing, or was named that is not there. */
export class SuiteError extends Error {}

/** Lines of "TEST.exp [gdbserver's passes, FAILs [QEMU's passes, FAILs]] [smoke]". */
export function readList(path) {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  return lines.map((line) => {
    const [name, ...words] = line.split(/\s+/);
    if (!/^gdb\.[\w-]+\/[\w.+-]+\.exp$/.test(name)) throw new SuiteError(`${path}: "${name}" is no test such as gdb.base/break.exp`);
    const [a, b, c, d] = words.filter((word) => /^\d+$/.test(word)).map(Number);
    const gdbserver = b === undefined ? {} : { gdbserver: { passes: a, failures: b } };
    const qemu = d === undefined ? {} : { qemu: { passes: c, failures: d } };
    return { name, smoke: words.includes("smoke"), ...gdbserver, ...qemu };
  });
}

function must(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (status !== 0) throw new SuiteError(`${command} ${args[0] ?? ""}: ${error?.message ?? (stderr || stdout).trim().split("\n").at(-1)}`);
}

/** When a file, or the newest of a folder, was changed; 0 if there is none. */
function changed(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.mtimeMs ?? 0;
  return Math.max(...readdirSync(path, { recursive: true }).map((name) => statSync(join(path, name)).mtimeMs));
}

/** Unpacks and configures what is not there yet, and builds what programs are linked with. */
export function prepare(cache) {
  for (const tool of ["gdb", "runtest", "expect", "gcc", "make"]) {
    if (spawnSync(tool, ["--version"]).error) throw new SuiteError(`${tool} is missing: ${INSTALL}`);
  }
  const tests = join(cache, "gdb/gdb/testsuite");
  if (!existsSync(join(tests, "configure"))) {
    if (!existsSync(SOURCE)) throw new SuiteError(`${SOURCE} is missing: ${INSTALL}`);
    mkdirSync(cache, { recursive: true });
    console.error(`gdb-suite: unpacking ${SOURCE} into ${cache}`);
    must("tar", ["-xf", SOURCE, "-C", cache, "gdb"]);
  }
  const board = join(cache, "board");
  if (!existsSync(join(board, "site.exp"))) {
    mkdirSync(board, { recursive: true });
    must(join(tests, "configure"), ["--target=i386-unknown-elf"], { cwd: board });
    must("make", ["site.exp"], { cwd: board });
  }
  // The suite remembers there what the target can do, and the last run may have been another version's.
  rmSync(join(board, "cache"), { recursive: true, force: true });
  const program = join(cache, "program");
  // Another run may be linking with it: it is made anew only if it has to be.
  if (changed(join(suiteFolder, "program")) >= changed(join(program, "libprogram.a"))) {
    must("sh", [join(suiteFolder, "program/build.sh"), program]);
  }
  return { tests, board, program };
}

/** @returns the tests of a folder of the suite (gdb.base), whose file names `pattern` matches, in order */
export function testsOf({ tests }, folder, pattern = /^/) {
  const files = readdirSync(join(tests, folder)).filter((file) => file.endsWith(".exp") && pattern.test(file));
  return files.sort().map((file) => `${folder}/${file}`);
}

const OTHER = /^(KFAIL|XFAIL|XPASS|KPASS|UNTESTED|UNSUPPORTED|UNRESOLVED): /;

/** @returns name, passes, failures (what gdb.sum says of each), others, seconds */
export function runTest({ tests, board, program }, name, base) {
  if (!existsSync(join(tests, name))) throw new SuiteError(`gdb's suite has no ${name}`);
  const outputs = join(board, "outputs", dirname(name), name.replace(/^.*\/|\.exp$/g, ""));
  rmSync(outputs, { recursive: true, force: true });
  mkdirSync(outputs, { recursive: true });
  const env = {
    ...process.env,
    LC_ALL: "C",
    DEJAGNU: join(suiteFolder, "site.exp"),
    PATH: `${join(program, "bin")}${delimiter}${process.env.PATH}`,
    POK386_SUITE_PROGRAM: program,
    POK386_SUITE_BASE: base,
  };
  const started = Date.now();
  const args = ["--tool", "gdb", "--target_board=pok386", "GDB=gdb", "GDB_PARALLEL=yes", `--outdir=${outputs}`, name];
  const { error } = spawnSync("runtest", args, { cwd: board, env, stdio: "ignore", timeout: TIMEOUT });
  const seconds = (Date.now() - started) / 1000;
  const sum = join(outputs, "gdb.sum");
  const lines = existsSync(sum) ? readFileSync(sum, "latin1").split("\n") : [];
  const failures = lines.filter((line) => line.startsWith("FAIL: ")).map((line) => line.replace(/^FAIL: (\S+\.exp: )?/, ""));
  // A test that broke off has no summary; what it did until then is no result.
  if (error || !lines.some((line) => line.includes("Summary ==="))) failures.push("broke off");
  const broken = lines.find((line) => line.startsWith("ERROR: "));
  // Where the suite lies on this machine is nobody's business.
  if (broken) failures.push(broken.replace(/\/\S*\/(gdb\.\w+\/)/, "$1"));
  return {
    name,
    passes: lines.filter((line) => line.startsWith("PASS: ")).length,
    failures,
    others: lines.filter((line) => OTHER.test(line)).length,
    seconds,
  };
}
