/**
 * `npm run bench`: integer work in a segmented ring-3 partition (base 0x412340, byte-granular limit), here and in the peers, in turn and
 * in one go. Ratios are what counts: absolute figures drift with the machine.
 */
import { ours, qemu, retired, startUp, v86 } from "./peers.mjs";

const ITERATIONS = Number(process.env.POK386_BENCH_ITERATIONS ?? 2000);
const ROUNDS = Number(process.env.POK386_BENCH_ROUNDS ?? 3);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

console.error(`integer guest, ${ITERATIONS} iterations, ${ROUNDS} rounds; counting instructions ...`);
const [less, more] = [await ours(ITERATIONS / 2), await ours(ITERATIONS)];
// Boot and end cancel out: what is left is half of the iterations.
const perIteration = (retired(more) - retired(less)) / (ITERATIONS / 2);

const peers = { pok386: ours, "QEMU TCG": qemu, v86 };
const seconds = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(peers)) {
    console.error(`round ${round + 1} of ${ROUNDS}: ${name} ...`);
    const result = await run(ITERATIONS);
    if (result.crc !== more.crc) throw new Error(`${name}: crc ${result.crc}, but ${more.crc} is right`);
    seconds[name].push(result.seconds);
  }
}
const mips = Object.fromEntries(Object.entries(seconds).map(([name, s]) => [name, (perIteration * ITERATIONS) / median(s) / 1e6]));
console.log("\ninteger guest in a segmented ring-3 partition");
for (const [name, rate] of Object.entries(mips)) {
  console.log(
    `  ${name.padEnd(10)} ${rate.toFixed(0).padStart(6)} MIPS   ${(rate / mips["QEMU TCG"]).toFixed(2)} x QEMU   ${(rate / mips.v86).toFixed(2)} x v86`,
  );
}

const starts = [];
for (let n = 0; n < 5; n++) starts.push(await startUp());
console.log("\nstart-up, median of 5");
console.log(`  ${median(starts.map((s) => s.seconds)).toFixed(3)} s from starting Node to the first line of a partition`);
console.log(`  ${median(starts.map((s) => s.memory)).toFixed(1)} MB peak memory with 64 MB of RAM`);
process.exit(0);
