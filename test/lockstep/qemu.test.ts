/**
 * Our guest's boot, instruction by instruction, beside QEMU: through both stubs, from the kernel's first instruction into its first
 * partition and its system calls. Timer interrupts are let in at hlt only, where both sides take the next one: QEMU's stub holds them off
 * while it steps elsewhere, and our clock is set so fast that no tick falls due elsewhere. What may differ, and why:
 *   - selectors the boot loader left, until the kernel loads its own: the Multiboot Specification leaves their values open (3.2);
 *   - flags that the last instruction to touch them leaves undefined, by the column of our definition table;
 *   - QEMU leaves the accessed bit of descriptors that iret loads as it is, against SDM volume 3, 3.4.5.1: it is set there by this test;
 *   - QEMU's stub now and then answers a step without having made one, and it stops once more at a rep instruction whose count has come
 *     to zero: where its eip has not moved and ours has, it is asked again.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Decoder } from "../../src/cpu386/decode.js";
import type { Form } from "../../src/cpu386/definitions/table.js";
import { FLAG } from "../../src/cpu386/flags.js";
import { ElfFile } from "../../src/pc/elf.js";
import { debugged, TWO } from "../support/pok386.js";
import { type Departure, SuiteReport } from "../support/suite-report.js";
import { NAMES, type RegisterFile, Stub, startQemu } from "./stub.js";

const NOT_ACCESSED: Departure = {
  reference: "QEMU",
  what: "sets no accessed bit in the descriptors that iret loads",
  manual: "volume 3, 3.4.5.1",
};
const STANDS_STILL: Departure = { reference: "QEMU's stub", what: "answers a step without having made one", manual: "" };

const STEPS = Number(process.env.POK386_LOCKSTEP ?? 36_000);
const LONG_REP = 64;
/** How often QEMU is asked for a step that it does not make. */
const TRIES = 100;
const COMMAND_LINE = "frames=50";
const LETTERS: Readonly<Record<string, number>> = { O: FLAG.OF, S: FLAG.SF, Z: FLAG.ZF, A: FLAG.AF, P: FLAG.PF, C: FLAG.CF };

/** Flags an instruction defines and leaves undefined. */
function flagEffect(bytes: Buffer): { defined: number; undefined_: number; name: string; form: Form; rep: boolean; length: number } {
  const decoder = new Decoder((at) => bytes[at] ?? 0x90);
  const { shape, form, length } = decoder.decode({ base: 0, limit: 0xffffffff, size: 4, stackSize: 4 }, 0);
  let defined = 0;
  let undefined_ = 0;
  for (const letter of shape.definition.flags ?? "") {
    const bit = LETTERS[letter.toUpperCase()]!;
    if (letter === letter.toUpperCase()) defined |= bit;
    else undefined_ |= bit;
  }
  return { defined, undefined_, name: shape.definition.name, form, rep: shape.rep !== 0, length };
}

test(`${STEPS} instructions of the guest's boot leave the same registers in QEMU and here`, async () => {
  const kernel = new ElfFile(readFileSync(TWO), TWO);
  // Single steps are the cold tier's, whatever the test run is about.
  const { port } = await debugged(["--append", COMMAND_LINE, "--ips", "5000000000", "--jit", "on"]);
  const ours = await Stub.connect(port);
  await ours.monitor("step follow");
  const qemu = await startQemu(TWO, COMMAND_LINE);
  await qemu.runTo(kernel.entry);

  // The same start: QEMU's registers, and its boot information, which it puts in low memory and behind the kernel.
  await ours.write(0, await qemu.read(0, 0xa0000));
  await ours.write(0x100000, await qemu.read(0x100000, 0x80000));
  const start = await qemu.registers();
  for (const name of ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eflags"] as const) await ours.setRegister(name, start[name]);

  const gdt = kernel.symbol("pok_gdt")!.value;
  const selectors = ["cs", "ss", "ds", "es", "fs", "gs"] as const;
  const open = new Set<string>(selectors);
  let tainted = 0;
  let before = start;
  let ring3 = 0;
  const report = new SuiteReport("qemu-lockstep");
  for (let n = 0; n < STEPS; n++) {
    // The bytes as the processor fetches them: through CS, whose base is the partition's in ring 3.
    const linear = before.eip + ((before.cs & 3) === 3 ? await partitionBase(ours) : 0);
    const code = await (before.cs & 3 ? qemu.read(linear, 15) : qemu.read(before.eip, 15));
    const effect = flagEffect(code);
    report.cases++;
    report.covered(effect.form);
    tainted = (tainted | effect.undefined_) & ~effect.defined;
    // A long rep, such as the one that clears a partition, is run in one go: the kernel has interrupts off there.
    if (effect.name === "hlt") await throughHalt(ours, qemu);
    else if (effect.rep && before.ecx > LONG_REP) await Promise.all([ours, qemu].map((stub) => stub.runTo(before.eip + effect.length)));
    else await Promise.all([ours.step(), qemu.step()]);
    const mine = await ours.registers();
    let theirs = await qemu.registers();
    // In the midst of a rep only the count tells.
    const stands = (r: typeof mine): boolean => r.eip === before.eip && (!effect.rep || r.ecx === before.ecx);
    for (let tries = 0; stands(theirs) && !stands(mine) && tries < TRIES; tries++) {
      report.departs(STANDS_STILL);
      await qemu.step();
      theirs = await qemu.registers();
    }
    for (const s of selectors) if (theirs[s] !== start[s] || mine[s] !== 0x10) open.delete(s);
    const difference = compare(mine, theirs, open, tainted);
    if (difference)
      expect.fail(
        `step ${n}, ${effect.name} at ${before.cs.toString(16)}:${before.eip.toString(16)} (${code.toString("hex")}): ${difference}`,
      );
    if (mine.cs !== before.cs) {
      for (const selector of [mine.cs, mine.ss]) {
        const access = gdt + (selector & 0xfff8) + 5;
        const before = (await qemu.read(access, 1))[0]!;
        if (!(before & 1)) report.departs(NOT_ACCESSED);
        await qemu.write(access, Buffer.of(before | 1));
      }
      cachedBase = undefined;
    }
    if ((mine.cs & 3) === 3) ring3++;
    before = mine;
  }
  report.write();
  expect(ring3).toBeGreaterThan(100);
});

/** From a hlt to behind the first instruction of the handler that the next timer interrupt enters. */
async function throughHalt(ours: Stub, qemu: Stub): Promise<void> {
  await ours.step();
  await ours.step();
  const { eip } = await ours.registers();
  // Bit 0: steps are on; bits 1 and 2 would hold off interrupts and timers (QEMU's documentation, "Changing single-stepping behaviour").
  await qemu.ask("Qqemu.sstep=0x1");
  for (let tries = 0; tries < TRIES && (await qemu.registers()).eip !== eip; tries++) await qemu.step();
  await qemu.ask("Qqemu.sstep=0x7");
}

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
