/**
 * `npm run bench [-- NAME ...]`: guests in a segmented ring-3 partition (base 0x412340, byte-granular limit), here and in the peers, in turn
 * and in one go. Ratios are what counts, each within its round: the machine's own speed changes by more than what is looked for.
 */
import { FORWARDS, IMAGE, KINDS, ours, PAGED, qemu, retired, startUp, TIMED, v86 } from "./peers.mjs";

const ROUNDS = Number(process.env.POK386_BENCH_ROUNDS ?? 3);
const SCALE = Number(process.env.POK386_BENCH_SCALE ?? 1);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const kind = (n, iterations) => ({ image: KINDS, first: n * 100_000_000, iterations });
const GUESTS = {
  integer: { title: "integer work: lists, matrices, a state machine, checksums", image: IMAGE, first: 0, iterations: 10_000 },
  paging: {
    title: "the same with paging on",
    image: PAGED,
    first: 0,
    iterations: 10_000,
    peers: ["pok386", "QEMU TCG", "QEMU -icount", "v86", "pok386 --jit off"],
  },
  calls: { title: "calls: recursion, small functions, function pointers", ...kind(1, 60_000) },
  loops: { title: "hot loops: checksum, matrix product, list reversal", ...kind(2, 30_000) },
  strings: { title: "rep movsb, stosb, cmpsb, scasb, 64 KB each", ...kind(3, 60_000) },
  "system-calls": { title: "system calls: int, the kernel's dispatch, iret", ...kind(4, 300_000) },
  forwards: {
    title: "interrupts forwarded to a partition: its handler, and the return",
    image: FORWARDS,
    first: 0,
    iterations: 400_000,
    unit: "forwards",
    // v86 reads a wrong byte now and then.
    peers: ["pok386", "QEMU TCG", "pok386 --jit off"],
  },
  segments: { title: "segment loads: pop, mov, les, lfs, far call and return", ...kind(5, 400_000) },
  floats: { title: "the coprocessor: matrices of doubles, roots, conversions", ...kind(6, 60_000) },
};
const PEERS = { pok386: ours, "pok386 --jit off": (n, image) => ours(n, image, "--jit", "off"), "QEMU TCG": qemu, v86 };
/** As exact about instructions as pok386 is. */
PEERS["QEMU -icount"] = (n, image) => qemu(n, image, "-icount", "shift=0");
/** In the order in which they run: what is compared with one another stands together, and the slow one last. */
const USUAL = ["pok386", "QEMU TCG", "v86", "pok386 --jit off"];
const REFERENCES = ["QEMU TCG", "QEMU -icount", "v86"];

async function compare(name) {
  const { title, image, first, unit, peers = USUAL } = GUESTS[name];
  const iterations = Math.max(2, Math.round(GUESTS[name].iterations * SCALE));
  console.error(`${name}: ${iterations} iterations, ${ROUNDS} rounds`);
  const [less, more] = [await ours(first + Math.floor(iterations / 2), image), await ours(first + iterations, image)];
  // Boot and end cancel out: what is left is half of the iterations.
  const perIteration = (retired(more) - retired(less)) / (iterations - Math.floor(iterations / 2));
  const seconds = Object.fromEntries(peers.map((peer) => [peer, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const peer of peers) {
      const result = await PEERS[peer](first + iterations, image);
      if (result.crc !== more.crc) throw new Error(`${peer}: crc ${result.crc}, but ${more.crc} is right`);
      seconds[peer].push(result.seconds);
    }
  }
  console.log(`\n${title}`);
  for (const [peer, took] of Object.entries(seconds)) {
    const perSecond = iterations / median(took);
    const mips = ((perSecond * perIteration) / 1e6).toFixed(0).padStart(6);
    const faster = (other) => median(took.map((s, round) => seconds[other][round] / s));
    const ratios = REFERENCES.filter((other) => other in seconds).map((other) => `${faster(other).toFixed(2)} x ${other}`);
    const perUnit = unit === undefined ? "" : `   ${(perSecond / 1000).toFixed(0)} thousand ${unit} a second`;
    console.log(`  ${peer.padEnd(16)} ${mips} MIPS   ${ratios.join("   ")}${perUnit}`);
  }
}

/**
 * A clock that ticks is what the machine's time costs; a second has as many instructions here as are executed in one, about. What is looked
 * for is a few hundredths, and takes more rounds.
 */
async function compareTimed() {
  console.log("\nthe timer at 10 kHz, against none");
  const second = ["--ips", "2000000000"];
  for (const [peer, run] of [
    ["pok386", (n, image) => ours(n, image, ...second)],
    ["QEMU TCG", qemu],
  ]) {
    const ratios = [];
    for (let round = 0; round < 2 * ROUNDS + 1; round++) {
      const [without, timed] = [await run(12_000, IMAGE), await run(12_000, TIMED)];
      ratios.push(timed.seconds / without.seconds);
    }
    console.log(`  ${peer.padEnd(16)} ${median(ratios).toFixed(2)} x the time`);
  }
}

async function measureStartUp() {
  const starts = [];
  for (let n = 0; n < 5; n++) starts.push(await startUp());
  console.log("\nstart-up, median of 5");
  console.log(`  ${median(starts.map((s) => s.seconds)).toFixed(3)} s from starting Node to the first line of a partition`);
  console.log(`  ${median(starts.map((s) => s.memory)).toFixed(1)} MB peak memory with 64 MB of RAM`);
}

const BENCHES = new Map([
  ...Object.keys(GUESTS).map((name) => [name, () => compare(name)]),
  ["timer", compareTimed],
  ["start-up", measureStartUp],
]);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !BENCHES.has(name));
if (unknown !== undefined) {
  console.error(`usage: npm run bench [-- ${[...BENCHES.keys()].join(" | ")} ...]   (there is no ${unknown})`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : BENCHES.keys()) await BENCHES.get(name)();
process.exit(0);
