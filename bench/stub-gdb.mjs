/**
 * `node bench/stub-gdb.mjs`: memory dumped, breakpoint hits and single steps a second through gdb, beside QEMU's stub in the same run. A hit is one that gdb's
 * `ignore` count passes over: stop, step off the breakpoint, go on. It is in the kernel, whose addresses are the same in both; the steps begin
 * there and go wherever the processor does.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KINDS, MAIN } from "./peers.mjs";
import { freePort } from "./rsp-client.mjs";

const { ElfFile } = await import(new URL("../dist/pc/elf.js", import.meta.url));
/** System calls, of which the kernel sees one every few dozen instructions. */
const APPEND = "iters=410000000";
const { symbols } = new ElfFile(new Uint8Array(readFileSync(KINDS)), KINDS);
const PLACE = `*0x${symbols.find(({ name }) => name === "pok_syscall").value.toString(16)}`;
const HITS = 2000;
const STEPS = 2000;
/** From the kernel's beginning on: code and data, then what nobody has written to. */
const [DUMPED, MEBIBYTES] = [0x100000, 16];

const PEERS = {
  pok386: (port) => [process.execPath, MAIN, "run", KINDS, "--append", APPEND, "--gdb", `${port}`],
  QEMU: (port) => ["qemu-system-i386", "-kernel", KINDS, "-append", APPEND, "-gdb", `tcp:127.0.0.1:${port}`, "-S", "-display", "none"],
};
const timed = (command, count) => [
  "python start = time.time()",
  command,
  `python print("a second: %d" % (${count} / (time.time() - start)))`,
];

const made = mkdtempSync(join(tmpdir(), "pok386-bench-"));
process.on("exit", () => rmSync(made, { recursive: true, force: true }));

async function measure(name) {
  const port = await freePort();
  const [program, ...args] = PEERS[name](port);
  const child = spawn(program, args, { stdio: "ignore" });
  const commands = [
    ...["python import time", "set tcp connect-timeout 30", "set schedule-multiple on", `target remote 127.0.0.1:${port}`],
    ...timed(`dump binary memory ${join(made, name)} ${DUMPED} ${DUMPED + MEBIBYTES * 2 ** 20}`, MEBIBYTES),
    ...[`break ${PLACE}`, "continue", `ignore 1 ${HITS - 1}`, ...timed("continue", HITS), "delete"],
    ...["python step = lambda: gdb.execute('stepi', to_string=True)", ...timed(`python [step() for _ in range(${STEPS})]`, STEPS)],
  ];
  const gdb = spawn("gdb", ["-nx", "-q", "-batch", "-iex", "set confirm off", ...commands.flatMap((c) => ["-ex", c])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [gdb.stdout, gdb.stderr]) stream.on("data", (bytes) => (said += bytes));
  await new Promise((resolve) => gdb.on("close", resolve));
  child.kill("SIGKILL");
  const rates = [...said.matchAll(/a second: (\d+)/g)].map(([, rate]) => Number(rate));
  if (rates.length !== 3) throw new Error(`${name}: gdb said\n${said}`);
  return rates;
}

const ours = await measure("pok386");
const theirs = await measure("QEMU");
console.log("the stub, through gdb, a second");
for (const [n, what] of ["MiB of memory dumped", "breakpoint hits passed over", "stepi"].entries())
  console.log(
    `  ${what.padEnd(30)} ${String(ours[n]).padStart(8)}   QEMU ${String(theirs[n]).padStart(8)}   ${(ours[n] / theirs[n]).toFixed(2)} x`,
  );
