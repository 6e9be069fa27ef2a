/**
 * `node bench/conditions.mjs`: how often a second the condition of a breakpoint in a hot loop of the integer guest is evaluated and
 * false: in the stub and, for comparison, by gdb itself, which is all it can do with QEMU.
 */
import { spawn } from "node:child_process";
import { IMAGE, MAIN } from "./peers.mjs";

/** The innermost loop of matrix_work, for each lap of main's. */
const PLACE = "*0x1390";
const PER_LAP = 32 ** 3;
/** A place outside it, where edi counts the laps. */
const END = "*0x1080";
const REGISTER = "$edx == 1";
const MODES = [
  { name: "in the stub, a register", mode: "target", laps: 1000, condition: REGISTER },
  { name: "in the stub, memory", mode: "target", laps: 1000, condition: "*(unsigned *)$esp == 0x12345678" },
  { name: "in gdb, a register", mode: "host", laps: 1, condition: REGISTER },
];

const until = (stream, pattern) =>
  new Promise((resolve, reject) => {
    let text = "";
    stream.on("data", (bytes) => {
      text += bytes;
      const match = pattern.exec(text);
      if (match) resolve(match);
    });
    stream.on("end", () => reject(new Error(`it never said ${pattern}: ${text}`)));
  });

async function measure({ mode, laps, condition }) {
  const emulator = spawn(process.execPath, ["--v8-pool-size=1", MAIN, "run", IMAGE, "--gdb", "0", "--append", "iters=10000000"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [, port] = await until(emulator.stderr, /listening on 127\.0\.0\.1:(\d+)/);
  const commands = [
    `target remote 127.0.0.1:${port}`,
    "set schedule-multiple on",
    `set breakpoint condition-evaluation ${mode}`,
    "break main",
    "continue",
    `break ${PLACE} if ${condition}`,
    `break ${END} if $edi == ${laps}`,
    "python import time; start = time.time()",
    "continue",
    "python print('seconds', time.time() - start)",
    "print $edi",
    "kill",
  ];
  const gdb = spawn("gdb", ["-nx", "-q", "-batch", "-iex", "set confirm off", ...commands.flatMap((c) => ["-ex", c])], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [, seconds, edi] = await until(gdb.stdout, /seconds ([\d.]+)\n\$\d+ = (\d+)\n/);
  emulator.kill();
  if (Number(edi) !== laps) throw new Error(`it stopped at lap ${edi}, not ${laps}`);
  return (PER_LAP * laps) / Number(seconds);
}

console.log("false conditions a second");
for (const each of MODES)
  console.log(
    `  ${each.name.padEnd(26)} ${Math.round(await measure(each))
      .toLocaleString("en-US")
      .padStart(12)}`,
  );
process.exit(0);
