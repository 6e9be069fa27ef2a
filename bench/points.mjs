/**
 * `npm run bench:points`: what points that are never hit cost. The integer guest with a debugger attached, from the partition's first
 * instruction to its result, without any point and with one: a breakpoint on a byte of the hot page that is no code, one in a hot function,
 * a watchpoint far away, one in a page that is written all the time. And what having a debugger costs at all.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { IMAGE, MAIN, ours } from "./peers.mjs";
import { Client, freePort } from "./rsp-client.mjs";

const { findExecutables } = await import(new URL("../dist/pok/embedded.js", import.meta.url));
const ITERATIONS = Number(process.env.POK386_BENCH_ITERATIONS ?? 6000);
const ROUNDS = Number(process.env.POK386_BENCH_ROUNDS ?? 3);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const { symbols } = findExecutables(new Uint8Array(readFileSync(IMAGE)).subarray(1))[0];
const find = (name) => symbols.find((s) => s.name === name);
const text = find("text");
const POINTS = {
  "no point": undefined,
  // Functions begin at multiples of 16: behind the end of this one is nothing that is executed.
  "breakpoint in the hot page, on no instruction": `Z0,${(find("matrix_work").value + find("matrix_work").size).toString(16)},1`,
  "breakpoint in a hot function, never reached": "behind scan_work's jump through a table",
  "watchpoint far away": "Z2,3f000,4",
  "watchpoint in a page that is written": `Z2,${((text.value & ~0xfff) + 0xff0).toString(16)},4`,
};

/** Padding, as good as an instruction that is never reached. */
async function behindTableJump(client) {
  const { value, size } = find("scan_work");
  const code = await client.ask(`m${value.toString(16)},${size.toString(16)}`);
  const [jump, length] = ["ff248d", 7];
  return `Z0,${(value + code.indexOf(jump) / 2 + length).toString(16)},1`;
}

async function run(point) {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["--v8-pool-size=1", MAIN, "run", IMAGE, "--append", `iters=${ITERATIONS}`, "--gdb-view", `part1=${port}`],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const ended = new Promise((resolve) => {
    let said = "";
    child.stdout.on("data", (bytes) => {
      said += bytes;
      if (/, done/.test(said)) resolve(performance.now());
    });
  });
  const client = await Client.connect(port);
  await client.ask("qSupported:swbreak+");
  if (point !== undefined) {
    const answer = await client.ask(point.startsWith("Z") ? point : await behindTableJump(client));
    if (answer !== "OK") throw new Error(`${point}: ${answer}`);
  }
  const begun = performance.now();
  client.send("c");
  const seconds = ((await ended) - begun) / 1000;
  client.close();
  child.kill();
  return seconds;
}

const seconds = Object.fromEntries(Object.keys(POINTS).map((name) => [name, []]));
const alone = [];
for (let round = 0; round < ROUNDS; round++) {
  console.error(`round ${round + 1} of ${ROUNDS}`);
  alone.push((await ours(ITERATIONS)).seconds);
  for (const [name, point] of Object.entries(POINTS)) seconds[name].push(await run(point));
}
const base = median(seconds["no point"]);
console.log(`integer guest, ${ITERATIONS} iterations, against a debugger without points (${base.toFixed(2)} s)`);
for (const [name, each] of Object.entries(seconds)) console.log(`  ${name.padEnd(46)} ${(median(each) / base).toFixed(2)} x`);
console.log(`  ${"no debugger".padEnd(46)} ${(median(alone) / base).toFixed(2)} x`);
process.exit(0);
