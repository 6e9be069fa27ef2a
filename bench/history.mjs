/**
 * `npm run bench:history`: what it takes to go back. The integer guest, with its history kept and without, in turn; then steps back, a run back
 * over ten million instructions and a search for the last write over a thousand million, at places of a run of POK386_BENCH_INSTRUCTIONS (ten
 * thousand million unless told); and QEMU's record and replay in the same run, where it is: a second after its one snapshot, at the start.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, freePort } from "./rsp-client.mjs";

const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { Machine } = await dist("pc/machine.js");
const { MachineTarget } = await dist("debug/machine-target.js");
const { lastWrite } = await dist("debug/history/search.js");
const { findExecutables } = await dist("pok/embedded.js");
const { PokSystem } = await dist("pok/model.js");
const IMAGE = new URL("../src/guest/images/bench-integer.elf", import.meta.url).pathname;
/** Called every 200,000 instructions or so. */
const FUNCTION = findExecutables(new Uint8Array(readFileSync(IMAGE)).subarray(1))[0].symbols.find(
  ({ name }) => name === "matrix_work",
).value;
const INSTRUCTIONS = Number(process.env.POK386_BENCH_INSTRUCTIONS ?? 10e9);
const HISTORY = 256 << 20;
const BASE = 0x412340;
const ROUNDS = 3;
const ROUND = 600e6;
const STEPS = 20;
const BACK = 10e6;
const SEARCH = 1e9;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const timed = (f) => {
  const begun = performance.now();
  f();
  return performance.now() - begun;
};

class Ours {
  #turn;
  #stop;
  constructor(historyBytes) {
    const boot = { kind: "multiboot", path: "bench", bytes: new Uint8Array(readFileSync(IMAGE)), commandLine: "iters=100000000" };
    this.machine = new Machine({ memoryBytes: 64 << 20, ips: 100_000_000, boot, console: () => {} });
    this.target = new MachineTarget({
      machine: this.machine,
      system: (machine) => new PokSystem(machine, []),
      pump: (turn) => {
        this.#turn = turn;
      },
      historyBytes,
    });
    this.target.onStop((stop) => {
      this.#stop = stop;
    });
  }
  runTo(count) {
    this.#stop = undefined;
    this.target.resume({ alone: false });
    while (this.machine.now < count) this.#turn();
    this.target.interrupt();
    while (!this.#stop) this.#turn();
  }
  back(step) {
    this.#stop = undefined;
    this.target.resume({ alone: false, backwards: true, ...(step ? { step: { thread: this.target.current() } } : {}) });
    while (this.#turn());
    return this.#stop;
  }
}

/** Instructions in a millisecond, boot and warm-up aside. */
function speed(historyBytes) {
  const ours = new Ours(historyBytes);
  ours.runTo(50e6);
  return ROUND / timed(() => ours.runTo(50e6 + ROUND));
}
const rates = { without: [], with: [] };
for (let round = 0; round < ROUNDS; round++) {
  console.error(`round ${round + 1} of ${ROUNDS} ...`);
  rates.without.push(speed(undefined));
  rates.with.push(speed(HISTORY));
}
const [without, withHistory] = [median(rates.without), median(rates.with)];
console.log(
  `integer guest: ${(without / 1e3).toFixed(0)} MIPS without a history, ${(withHistory / 1e3).toFixed(0)} with one: ${((without / withHistory - 1) * 100).toFixed(1)} % slower`,
);

const ours = new Ours(HISTORY);
console.error(`running ${INSTRUCTIONS} instructions ...`);
ours.runTo(INSTRUCTIONS);
const { timeline } = ours.target.history;
const megabytes = () => `${timeline.snapshots.list.length} snapshots, ${(timeline.snapshots.bytes / 2 ** 20).toFixed(1)} MB`;
console.log(`history of ${INSTRUCTIONS / 1e6} million instructions: ${megabytes()} of ${HISTORY / 2 ** 20}`);

/** A check that holds for the last hit at least ten million instructions back. */
function runBack() {
  const { machine, target } = ours;
  const from = machine.now;
  target.points.insert("execute", 2, FUNCTION, 1, { check: () => machine.now <= from - BACK });
  const took = timed(() => ours.back(false));
  target.points.remove("execute", 2, FUNCTION, 1);
  if (machine.now > from - BACK) throw new Error(`it has gone back from ${from} to ${machine.now} only`);
  return took;
}

console.log("\nms at (million instructions)    goto   step back: first  median    max   run back over 10 million");
const ourSteps = [];
for (const part of [1, 0.99, 0.5, 0.1, 0.75]) {
  const count = Math.floor(INSTRUCTIONS * part);
  const went = timed(() => ours.target.goTo(Math.min(count, timeline.end.count)));
  const steps = Array.from({ length: STEPS }, () => timed(() => ours.back(true)));
  ourSteps.push(...steps);
  const run = runBack();
  const cells = [went, steps[0], median(steps), Math.max(...steps), run].map((ms, n) =>
    ms.toFixed(n === 0 ? 0 : 1).padStart([8, 18, 8, 7, 15][n]),
  );
  console.log(`${(count / 1e6).toFixed(0).padStart(27)} ${cells.join("")}`);
}

ours.target.goTo(timeline.end.count);
/** A word on the stack's page, where the guest writes all the time, that it never wrote since. */
const { processor } = ours.machine.cpu;
const stack = (processor.segment(2).base + processor.word(16)) & ~0xfff;
const whole = timed(() => lastWrite(ours.target, ours.target.history, stack, 4));
console.log(
  `last write of a word of the stack's page that was written ${(INSTRUCTIONS / 1e6).toFixed(0)} million instructions ago or never: ${(whole / 1e3).toFixed(2)} s, ` +
    `${((whole / 1e3 / INSTRUCTIONS) * SEARCH).toFixed(2)} s for each ${SEARCH / 1e6} million`,
);

// QEMU ------------------------------------------------------------------------------------------------------------------------------------
/** An empty disk of 64 MB for snapshots, in the qcow2 format: header, reference counts, and a table of nothing. */
function emptyDisk(path) {
  const CLUSTER = 0x10000;
  const bytes = Buffer.alloc(4 * CLUSTER);
  for (const [value, at] of [
    [0x514649fb, 0],
    [2, 4],
    [16, 20],
    [1, 36],
    [1, 56],
  ])
    bytes.writeUInt32BE(value, at);
  bytes.writeBigUInt64BE(64n << 20n, 24);
  bytes.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  bytes.writeBigUInt64BE(BigInt(CLUSTER), 48);
  bytes.writeBigUInt64BE(BigInt(2 * CLUSTER), CLUSTER);
  for (let n = 0; n < 4; n++) bytes.writeUInt16BE(1, 2 * CLUSTER + 2 * n);
  writeFileSync(path, bytes);
}
/** Of a call of the function, to be away from the snapshot at the start. */
const QEMU_CALLS = 8;
const QEMU_PATIENCE = 30_000;
const words = (ms) => (ms === undefined ? `none in ${QEMU_PATIENCE / 1000} s` : `${ms.toFixed(0)} ms`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function qemu() {
  const folder = mkdtempSync(join(tmpdir(), "pok386-bench-"));
  const disk = join(folder, "disk.qcow2");
  emptyDisk(disk);
  const common = (mode) => [
    ...["-kernel", IMAGE, "-append", "iters=100000000", "-m", "64", "-display", "none", "-net", "none", "-monitor", "none"],
    ...["-icount", `shift=0,rr=${mode},rrfile=${join(folder, "rr")},rrsnapshot=init`, "-drive", `file=${disk},if=none,id=rr`],
  ];
  const port = await freePort();
  const recorded = spawn("qemu-system-i386", common("record"), { stdio: "ignore" });
  await wait(4000);
  recorded.kill("SIGINT");
  await new Promise((resolve) => recorded.on("close", resolve));
  const child = spawn("qemu-system-i386", [...common("replay"), "-S", "-gdb", `tcp:127.0.0.1:${port}`], { stdio: "ignore" });
  try {
    const client = await Client.connect(port);
    await client.ask("qSupported:swbreak+");
    await client.ask("QStartNoAckMode");
    client.acknowledging = false;
    // Its search backwards is for breakpoints: without one it does not come back.
    const at = `${(BASE + FUNCTION).toString(16)},1`;
    for (let n = 0; n < QEMU_CALLS; n++) {
      await client.ask(`Z0,${at}`);
      await client.ask("c");
      await client.ask(`z0,${at}`);
      await client.ask("s");
    }
    const answer = async (packet) => {
      const begun = performance.now();
      const answered = await Promise.race([client.ask(packet), wait(QEMU_PATIENCE)]);
      return answered === undefined ? undefined : performance.now() - begun;
    };
    const steps = [await answer("bs"), await answer("bs")];
    await client.ask(`Z0,${at}`);
    const run = await answer("bc");
    client.close();
    return { step: steps[0], run };
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}
console.error("QEMU ...");
const peer = await qemu();
const ratio = peer.step === undefined ? "" : `; a step of ours is ${(peer.step / median(ourSteps)).toFixed(0)} times as fast`;
console.log(
  `\nQEMU, ${QEMU_CALLS} calls after its snapshot: step back ${words(peer.step)}, run back to a breakpoint ${words(peer.run)}${ratio}`,
);
process.exit(0);
