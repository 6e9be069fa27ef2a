/**
 * `npm run bench:stub`: how fast the stub is, over the wire, beside QEMU's in the same run: steps, breakpoint cycles (clear, step, set, continue to the next hit),
 * memory read, and how soon it answers an interrupt. Packets are counted by a client in C (round-trips.c; it wants gcc): one in Node takes
 * as long for each as the stub. The guest is the integer bench, in a based ring-3 segment; QEMU is given linear addresses.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, freePort } from "./rsp-client.mjs";

const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { findExecutables } = await dist("pok/embedded.js");
const IMAGE = new URL("../src/guest/images/bench-integer.elf", import.meta.url).pathname;
const MAIN = new URL("../dist/cli/main.js", import.meta.url).pathname;
const BASE = 0x412340;
/** Called once in 470 thousand instructions; it is short loops. */
const HOT = findExecutables(new Uint8Array(readFileSync(IMAGE)).subarray(1))[0].symbols.find((s) => s.name === "list_work");
/** Steps to find such a loop in. */
const STEPS = 400;
const SECONDS = 1.5;
/** V8 compiles what a stub does for most packets in the first seconds. */
const WARM_UP = 3;
/** As much as QEMU gives at a time. */
const TWO_KB = 0x800;
/** Fits a packet of pok386's, also in binary with most contents. QEMU has no packet for binary. */
const LARGE = 0x10000;

const PEERS = {
  pok386: (port) =>
    spawn(process.execPath, ["--v8-pool-size=1", MAIN, "run", IMAGE, "--append", "iters=1000000", "--gdb-view", `part1=${port}`], {
      stdio: "ignore",
    }),
  QEMU: (port) =>
    spawn("qemu-system-i386", ["-kernel", IMAGE, "-append", "iters=1000000", "-gdb", `tcp:127.0.0.1:${port}`, "-S", "-display", "none"], {
      stdio: "ignore",
    }),
};

const made = mkdtempSync(join(tmpdir(), "pok386-bench-"));
process.on("exit", () => rmSync(made, { recursive: true, force: true }));
const TRIPS = join(made, "round-trips");
try {
  execFileSync("gcc", ["-O2", "-o", TRIPS, new URL("round-trips.c", import.meta.url).pathname], { stdio: ["ignore", "ignore", "inherit"] });
} catch (e) {
  console.error(e.code === "ENOENT" ? "bench/stub.mjs wants a C compiler: apt-get install gcc libc6-dev" : `gcc: ${e.message}`);
  process.exit(2);
}
/** How often a second the packets go round. */
const trips = async (port, ...packets) =>
  Number((await promisify(execFile)(TRIPS, [port, WARM_UP, SECONDS, ...packets].map(String))).stdout);

/** A server that sends back what it gets: what no stub in a process of Node's can pass. */
const ECHO = `require("net").createServer({ noDelay: true }, (c) => c.on("data", (b) => c.write(b))).listen(Number(process.argv[1]), "127.0.0.1")`;
async function echo() {
  const port = await freePort();
  const child = spawn(process.execPath, ["-e", ECHO, port], { stdio: "ignore" });
  // It listens by then.
  (await Client.connect(port)).close();
  try {
    return await trips(port, "s");
  } finally {
    child.kill("SIGKILL");
  }
}

/** eip is register 8: an offset, QEMU's too, which wants linear addresses of breakpoints. */
async function programCounter(client) {
  const encoded = await client.ask("g");
  // Run lengths: how many more times, plus 29.
  const digits = encoded.replace(/(.)\*(.)/g, (_, digit, more) => digit.repeat(more.charCodeAt(0) - 28));
  return Buffer.from(digits, "hex").readUInt32LE(8 * 4);
}

/** An instruction that is executed again and again. */
async function insideLoop(client) {
  const counts = new Map();
  for (let n = 0; n < STEPS; n++) {
    await client.ask("s");
    const at = await programCounter(client);
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
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
    const linear = name === "QEMU" ? BASE : 0;
    await client.ask(`Z0,${(linear + HOT.value).toString(16)},1`);
    await client.ask("c");
    await client.ask(`z0,${(linear + HOT.value).toString(16)},1`);
    const loop = await insideLoop(client);
    const from = name === "QEMU" ? (BASE + 0x1000).toString(16) : "1000";
    const delays = [];
    for (let n = 0; n < 9; n++) delays.push(await interrupt(client));
    client.close();
    const cycles = (offset) => {
      const point = `0,${(linear + offset).toString(16)},1`;
      return trips(port, `@Z${point}`, "@c", `z${point}`, "s", `Z${point}`, "c", `%z${point}`);
    };
    const read = async (letter, size) => (size * (await trips(port, `${letter}${from},${size.toString(16)}`))) / 1e6;
    const [large, binary] = name === "QEMU" ? [0, 0] : [await read("m", LARGE), await read("x", LARGE)];
    return {
      far: await cycles(HOT.value),
      near: await cycles(loop),
      steps: await trips(port, "s"),
      smallest: await trips(port, "qC"),
      small: await read("m", TWO_KB),
      large,
      binary,
      interrupt: delays.sort((a, b) => a - b)[4],
    };
  } finally {
    client.close();
    child.kill("SIGKILL");
  }
}

const floor = await echo();
const results = { pok386: await measure("pok386"), QEMU: await measure("QEMU") };
console.log("the stub, over the wire");
console.log(`  ${"a server of Node's that echoes".padEnd(46)} ${floor.toFixed(2).padStart(10)} /s`);
for (const [what, key, unit] of [
  ["single steps", "steps", "/s"],
  ["breakpoint hit each few instructions", "near", "/s"],
  ["breakpoint hit each 470 thousand", "far", "/s"],
  ["smallest request (qC)", "smallest", "/s"],
  ["memory read, 2 KB a packet", "small", "MB/s"],
  ["memory read, 64 KB a packet", "large", "MB/s"],
  ["memory read, 64 KB a packet, binary", "binary", "MB/s"],
  ["answer to an interrupt while running, median", "interrupt", "ms"],
]) {
  const [ours, theirs] = [results.pok386[key], results.QEMU[key]];
  console.log(
    `  ${what.padEnd(46)} ${ours.toFixed(2).padStart(10)} ${unit.padEnd(5)} QEMU ${theirs.toFixed(2).padStart(10)}   ${theirs ? `${(ours / theirs).toFixed(2)} x` : ""}`,
  );
}
process.exit(0);
