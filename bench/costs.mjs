/**
 * What forwarding costs, in instructions of the guest, counted exactly: on the machine itself, so a second run gives the same numbers. An
 * iteration of rep counts as an instruction.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { Machine } = await dist("pc/machine.js");
const { findExecutables } = await dist("pok/embedded.js");
const L = await dist("cpu386/layout.js");

const image = (name) => new Uint8Array(readFileSync(new URL(`../src/guest/images/${name}`, import.meta.url)));
const INT = 0xcd;
const CS = 1;
const SYSCALL = { gettick: 20, irqReturn: 30 };

/** Every stay in ring 0: why it was entered, where ring 3 goes on, and how many instructions it took. */
function stays(name) {
  const bytes = image(name);
  const machine = new Machine({ memoryBytes: 64 << 20, ips: 1e8, boot: { kind: "multiboot", path: name, bytes }, console: () => {} });
  const p = machine.cpu.processor;
  const found = [];
  let entered;
  p.onRingChange = (from, to, eip) => {
    if (from === 3) {
      const before = p.peekLinear(p.segment(CS).base + eip - 2, 2);
      entered = { why: before?.[0] === INT ? p.word(L.EAX) : "irq", at: machine.cpu.retired };
    } else if (to === 3 && entered) {
      const target = Buffer.from(p.peekLinear(p.word(L.ESP), 4)).readUInt32LE();
      found.push({ why: entered.why, to: target, instructions: machine.cpu.retired - entered.at });
    }
  };
  machine.run(500_000_000);
  return found;
}

/** Instructions of a function of a partition up to its first ret. */
function length(part, name) {
  const folder = mkdtempSync(join(tmpdir(), "pok386-costs-"));
  const file = join(folder, "part.elf");
  writeFileSync(file, part.bytes);
  const text = execFileSync("objdump", ["-d", "--no-show-raw-insn", `--disassemble=${name}`, file], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  return [...text.matchAll(/^ +[0-9a-f]+:\t(\w+)/gm)].findIndex(([, mnemonic]) => mnemonic === "ret");
}

const partOf = (name) => findExecutables(image(name).subarray(1))[0];
const clock = partOf("test-clock.elf");
const handler = clock.symbols.find((s) => s.name === "on_tick").value;
const all = stays("test-clock.elf");
const keys = stays("irq.elf");
const onKey = partOf("irq.elf").symbols.find((s) => s.name === "on_key").value;
const least = (some) => Math.min(...some.map((s) => s.instructions));
const rows = [
  ["system call (GETTICK), from int to iret", least(all.filter((s) => s.why === SYSCALL.gettick))],
  ["clock interrupt forwarded, to the handler's first instruction", least(all.filter((s) => s.why === "irq" && s.to === handler))],
  ["interrupt of a line that only the partition handles, likewise", least(keys.filter((s) => s.to === onKey))],
  ["clock interrupt of which the partition hears nothing", least(all.filter((s) => s.why === "irq" && s.to !== handler))],
  ["return from the handler, to the interrupted instruction", least(all.filter((s) => s.why === SYSCALL.irqReturn))],
  ["disable, nothing pending", length(partOf("test-irq.elf"), "only_disable")],
  ["enable, nothing pending", length(partOf("test-irq.elf"), "only_enable")],
];
console.log("forwarding, in instructions of the guest");
for (const [what, count] of rows) console.log(`  ${what.padEnd(64)} ${String(count).padStart(5)}`);
