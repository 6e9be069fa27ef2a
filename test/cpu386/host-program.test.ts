/** A failing case of the oracle is printed as a program: it must do on the host what the oracle's own runner saw. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";
import { generate } from "./oracle/generate.js";
import { buildNative, type Case, ENDLESS, runner32 } from "./oracle/native.js";
import { asProgram, shrink } from "./oracle/program.js";
import { Random } from "./oracle/random.js";
import { makeCase, X87Runner } from "./oracle/x87.js";
import { asX87Program } from "./oracle/x87-program.js";

/** Registers at the signal that ends the program, in the order of an outcome's, and eip. */
function runProgram(c: Case): number[] {
  const at = folder();
  const [source, program] = [join(at, "case.S"), join(at, "case")];
  writeFileSync(source, asProgram(c, []));
  const built = spawnSync("gcc", ["-m32", "-nostdlib", "-static", "-no-pie", "-o", program, source], { encoding: "utf8" });
  expect(built.stderr).toBe("");
  const [start, ...parameters] = [...runner32(program)[1], program];
  const { stdout } = spawnSync(start!, parameters, { timeout: PATIENCE });
  const context = new Uint32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  const [edi, esi, ebp, esp, ebx, edx, ecx, eax] = context.subarray(4, 12) as unknown as number[];
  return [eax, ecx, edx, ebx, esp, ebp, esi, edi, context[14]] as number[];
}

test("the program ends as the case did", () => {
  const native = buildNative();
  const random = new Random(1);
  const cases = Array.from({ length: 12 }, () => generate(random));
  native.run(cases).forEach((outcome, n) => {
    if (outcome.vector !== ENDLESS) expect(runProgram(cases[n]!), cases[n]!.name).toEqual([...outcome.regs, outcome.eip]);
  });
  native.dispose();
});

test("shrinking keeps the instruction that fails, and drops the rest", () => {
  const random = new Random(2);
  let c = generate(random);
  while (c.parts.length < 4) c = generate(random);
  const wanted = c.forms[2]!;
  const smallest = shrink(c, (candidate) => candidate.forms.includes(wanted));
  expect([smallest.forms, smallest.parts.length, smallest.patches]).toEqual([[wanted], 1, []]);
});

test("a case of the x87 is one too", () => {
  const random = new Random(3);
  const runner = new X87Runner();
  // What is exact on both sides: a load, whatever the operand.
  const cases = Array.from({ length: 2000 }, () => makeCase(random))
    .filter((c) => c.name === "fild-m32")
    .slice(0, 4);
  for (const c of cases) {
    const at = folder();
    const [source, program] = [join(at, "case.c"), join(at, "case")];
    writeFileSync(source, asX87Program(c, []));
    expect(spawnSync("gcc", ["-O1", "-mno-red-zone", "-o", program, source], { encoding: "utf8" }).stderr).toBe("");
    const [image] = spawnSync(program, { encoding: "utf8" }).stdout.split(" ");
    const ours = Buffer.from(runner.run(c));
    // Control, status and tag words, and the registers.
    expect(image!.slice(0, 24)).toBe(ours.subarray(0, 12).toString("hex"));
    expect(image!.slice(56, 216)).toBe(ours.subarray(28, 108).toString("hex"));
  }
  expect(cases.length).toBe(4);
});
