/**
 * `npm run bench:stub`: how fast the stub is, over the wire, beside QEMU's in the same run: steps, breakpoint cycles (clear, step, set, continue),
 * memory read, and how soon it answers an interrupt. The guest is the integer bench, in a based ring-3 segment; QEMU is given linear addresses.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Client, freePort } from "./rsp-client.mjs";

const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { findExecutables } = await dist("pok/embedded.js");
const IMAGE = new URL("../src/guest/images/bench-integer.elf", import.meta.url).pathname;
const MAIN = new URL("../dist/cli/main.js", import.meta.url).pathname;
const BASE = 0x412340;
const HOT = findExecutables(new Uint8Array(readFileSync(IMAGE)).subarray(1))[0].symbols.find(
  (s) => s.name === "matrix_multiply" || s.name === "main",
);
const SECONDS = 1.5;
/** Fits a packet with most contents. */
const BINARY = 0x3c00;

const PEERS = {
  pok386: (port) =>
    spawn(process.execPath, ["--v8-pool-size=1", MAIN, "run", IMAGE, "--append", "iters=1000000", "--gdb-view", `part1=${port}`], { stdio: "ignore" }),
  QEMU: (port) =>
    spawn("qemu-system-i386", ["-kernel", IMAGE, "-append", "iters=1000000", "-gdb", `tcp:127.0.0.1:${port}`, "-S", "-display", "none"], {
      stdio: "ignore",
    }),
};

/** Calls `once` for a while. Returns how often a second. */
async function rate(once) {
  const begun = performance.now();
  let count = 0;
  while (performance.now() - begun < SECONDS * 1000) {
    await once();
    count++;
  }
  return count / ((performance.now() - begun) / 1000);
}

async function interrupt(client) {
  client.send("c");
  await new Promise((resolve) => setTimeout(resolve, 30));
  const begun = performance.now();
  client.raw("\x03");
  await client.packet();
  return performance.now() - begun;
}

async function measure(name) {
  const port = await freePort();
  const child = PEERS[name](port);
  const client = await Client.connect(port);
  try {
    await client.ask("qSupported:swbreak+");
    await client.ask("QStartNoAckMode");
    client.acknowledging = false;
    const at = (name === "QEMU" ? BASE + HOT.value : HOT.value).toString(16);
    await client.ask(`Z0,${at},1`);
    await client.ask("c");
    const cycle = await rate(async () => {
      await client.ask(`z0,${at},1`);
      await client.ask("s");
      await client.ask(`Z0,${at},1`);
      await client.ask(`z0,${at},1`);
    });
    const step = await rate(() => client.ask("s"));
    const SIZE = 0x1000;
    const from = name === "QEMU" ? (BASE + 0x1000).toString(16) : "1000";
    const read = await rate(() => client.ask(`m${from},${SIZE.toString(16)}`));
    // QEMU's stub has no packet for more at a time.
    const binary = name === "QEMU" ? 0 : await rate(() => client.ask(`x${from},${BINARY.toString(16)}`));
    const delays = [];
    for (let n = 0; n < 9; n++) delays.push(await interrupt(client));
    return {
      steps: step,
      cycles: cycle,
      megabytes: (read * SIZE) / 1e6,
      binary: (binary * BINARY) / 1e6,
      interrupt: delays.sort((a, b) => a - b)[4],
    };
  } finally {
    client.close();
    child.kill("SIGKILL");
  }
}

const results = { pok386: await measure("pok386"), QEMU: await measure("QEMU") };
console.log("the stub, over the wire");
for (const [what, key, unit] of [
  ["single steps", "steps", "/s"],
  ["clear, step, set, clear", "cycles", "/s"],
  ["memory read, 4 KB a packet", "megabytes", "MB/s"],
  ["memory read, binary", "binary", "MB/s"],
  ["answer to an interrupt while running, median", "interrupt", "ms"],
]) {
  const [ours, theirs] = [results.pok386[key], results.QEMU[key]];
  console.log(
    `  ${what.padEnd(46)} ${ours.toFixed(2).padStart(10)} ${unit.padEnd(5)} QEMU ${theirs.toFixed(2).padStart(10)}   ${theirs ? `${(ours / theirs).toFixed(2)} x` : ""}`,
  );
}
process.exit(0);
