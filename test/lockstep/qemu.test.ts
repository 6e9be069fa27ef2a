/**
 * Our guest's boot, instruction by instruction, beside QEMU: through both stubs, from the kernel's first instruction into its first
 * partition and its system calls. Interrupts are held off on both sides (QEMU's stub does so when it steps; our clock is set so fast
 * that no tick falls into the run). What may differ, and why:
 *   - selectors the boot loader left, until the kernel loads its own: the Multiboot Specification leaves their values open (3.2);
 *   - flags that the last instruction to touch them leaves undefined, by the column of our definition table;
 *   - QEMU's stub now and then answers a step without having made one, and it stops once more at a rep instruction whose count has come
 *     to zero: where its eip has not moved and ours has, it is asked once more.
 */
import { createServer } from "node:net";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Decoder } from "../../src/cpu386/decode.js";
import { FLAG } from "../../src/cpu386/flags.js";
import { ElfFile } from "../../src/pc/elf.js";
import { debugged, TWO } from "../support/pok386.js";
import { NAMES, type RegisterFile, startQemu, Stub } from "./stub.js";

const STEPS = Number(process.env.POK386_LOCKSTEP ?? 12_000);
const COMMAND_LINE = "frames=50";
const LETTERS: Readonly<Record<string, number>> = { O: FLAG.OF, S: FLAG.SF, Z: FLAG.ZF, A: FLAG.AF, P: FLAG.PF, C: FLAG.CF };

/** Flags an instruction defines and leaves undefined. */
function flagEffect(bytes: Buffer): { defined: number; undefined_: number; name: string } {
  const decoder = new Decoder((at) => bytes[at] ?? 0x90);
  const { shape } = decoder.decode({ base: 0, limit: 0xffffffff, size: 4, stackSize: 4 }, 0);
  let defined = 0;
  let undefined_ = 0;
  for (const letter of shape.definition.flags ?? "") {
    const bit = LETTERS[letter.toUpperCase()]!;
    if (letter === letter.toUpperCase()) defined |= bit;
    else undefined_ |= bit;
  }
  return { defined, undefined_, name: shape.definition.name };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

test(`${STEPS} instructions of the guest's boot leave the same registers in QEMU and here`, { timeout: 300_000 }, async () => {
  const kernel = new ElfFile(readFileSync(TWO), TWO);
  const { port } = await debugged(["--append", COMMAND_LINE, "--ips", "5000000000"]);
  const ours = await Stub.connect(port);
  await ours.monitor("step follow");
  const qemu = await startQemu(TWO, COMMAND_LINE, await freePort());
  await qemu.runTo(kernel.entry);

  // The same start: QEMU's registers, and its boot information, which it puts in low memory and behind the kernel.
  await ours.write(0, await qemu.read(0, 0xa0000));
  await ours.write(0x100000, await qemu.read(0x100000, 0x80000));
  const start = await qemu.registers();
  for (const name of ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eflags"] as const) await ours.setRegister(name, start[name]);

  const selectors = ["cs", "ss", "ds", "es", "fs", "gs"] as const;
  const open = new Set<string>(selectors);
  let tainted = 0;
  let before = start;
  let ring3 = 0;
  for (let n = 0; n < STEPS; n++) {
    // The bytes as the processor fetches them: through CS, whose base is the partition's in ring 3.
    const linear = before.eip + ((before.cs & 3) === 3 ? await partitionBase(ours) : 0);
    const code = await (before.cs & 3 ? qemu.read(linear, 15) : qemu.read(before.eip, 15));
    const effect = flagEffect(code);
    tainted = (tainted | effect.undefined_) & ~effect.defined;
    await Promise.all([ours.step(), qemu.step()]);
    const mine = await ours.registers();
    let theirs = await qemu.registers();
    if (theirs.eip === before.eip && mine.eip !== before.eip) {
      await qemu.step();
      theirs = await qemu.registers();
    }
    for (const s of selectors) if (theirs[s] !== start[s] || mine[s] !== 0x10) open.delete(s);
    const difference = compare(mine, theirs, open, tainted);
    if (difference) expect.fail(`step ${n}, ${effect.name} at ${before.cs.toString(16)}:${before.eip.toString(16)} (${code.toString("hex")}): ${difference}`);
    if ((mine.cs & 3) === 3) ring3++;
    before = mine;
  }
  expect(ring3).toBeGreaterThan(100);
});

let cachedBase: number | undefined;
async function partitionBase(ours: Stub): Promise<number> {
  if (cachedBase !== undefined) return cachedBase;
  // cs_base is the fifth of our own registers' feature; its number is 67 (64 + es_base, es_limit, es_attributes).
  const hex = await ours.ask("p43");
  cachedBase = Buffer.from(hex, "hex").readUInt32LE();
  return cachedBase;
}

function compare(mine: RegisterFile, theirs: RegisterFile, open: ReadonlySet<string>, tainted: number): string | undefined {
  // RF is not shown by QEMU's stub as the manual has it in memory images; bit 1 is always set.
  const mask = ~(tainted | FLAG.RF);
  const wrong = NAMES.filter((name) => {
    if (open.has(name)) return false;
    return name === "eflags" ? (mine.eflags & mask) !== (theirs.eflags & mask) : mine[name] !== theirs[name];
  });
  if (wrong.length === 0) return undefined;
  return wrong.map((name) => `${name} is 0x${mine[name].toString(16)} here and 0x${theirs[name].toString(16)} in QEMU`).join(", ");
}
