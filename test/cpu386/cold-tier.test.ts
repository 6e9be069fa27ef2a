/** The interpreter is optimised when it has executed much: once for all machines, beside the run if that returns to the event loop. */
import { setImmediate } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { STANDARD } from "../../src/cpu386/jit/heat.js";
import * as L from "../../src/cpu386/layout.js";
import { buildModule, I32, OP, UNLIKELY, wholeOptimised } from "../../src/cpu386/wasm/binary.js";
import { interpreterModule, OPTIMISES_INTERPRETER, optimiseInterpreter, VARIANTS, variantNumber } from "../../src/cpu386/wasm/load.js";
import { DATA, Machine } from "./machine.js";

/** l: add eax, ebx; lea ebx, [ebx+3]; jmp l */
const LOOP = [0x01, 0xd8, 0x8d, 0x5b, 3, 0xeb, 0xf9];
const PATIENCE = 1000;
const WATCHING = variantNumber(true, false);

function looping(patience: number): Machine {
  const m = new Machine();
  m.cpu.setTiers({ jit: false, schedule: STANDARD });
  m.cpu.coldTier.isBeside = true;
  m.cpu.coldTier.left = patience;
  m.code(LOOP);
  return m;
}
const registers = (m: Machine): number[] => [L.EAX, L.EBX, L.EIP].map((at) => m.get(at));

test("the same instance executes what comes before the end of its patience, and another what comes after", async () => {
  const m = looping(PATIENCE);
  const first = m.cpu.coldTier.run(0);
  m.run(PATIENCE - 1);
  expect(m.cpu.coldTier.run(0)).toBe(first);
  m.run(2 * PATIENCE);
  // V8 is at work on it.
  expect(m.cpu.coldTier.run(0)).toBe(first);
  await optimiseInterpreter(VARIANTS[0]!, true);
  m.run(PATIENCE);
  expect(m.cpu.coldTier.run(0) === first).toBe(!OPTIMISES_INTERPRETER);

  const cold = looping(Number.POSITIVE_INFINITY);
  cold.run(4 * PATIENCE - 1);
  expect(registers(m)).toEqual(registers(cold));
});

test("a run goes on with what it has if V8 cannot optimise it", async () => {
  const compile = vi.spyOn(WebAssembly, "compile").mockRejectedValue(new RangeError("out of memory"));
  const rejections = vi.fn();
  process.on("unhandledRejection", rejections);
  try {
    const m = looping(PATIENCE);
    m.cpu.watchpoints.set([{ start: DATA, length: 1, read: true, write: false }]);
    const first = m.cpu.coldTier.run(WATCHING);
    m.run(2 * PATIENCE);
    m.run(1);
    await setImmediate();
    expect(compile).toHaveBeenCalledTimes(OPTIMISES_INTERPRETER ? 1 : 0);
    expect(rejections).not.toHaveBeenCalled();
    expect(m.cpu.coldTier.run(WATCHING)).toBe(first);
  } finally {
    process.off("unhandledRejection", rejections);
    compile.mockRestore();
  }
});

test("where nothing can be done beside the run it is waited for, once for all machines", () => {
  const options = VARIANTS[variantNumber(false, true)];
  const before = interpreterModule(options!);
  expect(optimiseInterpreter(options!, false)).toBeUndefined();
  const after = interpreterModule(options!);
  expect(after).not.toBe(before);
  optimiseInterpreter(options!, false);
  expect(interpreterModule(options!)).toBe(after);
});

test("a module that is to be optimised whole says of each function what it would say had it been built so", () => {
  const unlikely = [OP.localGet, 0, ...UNLIKELY, OP.if, OP.void, OP.end, OP.localGet, 0];
  const functions = ["a", "b", "c"].map((exportName) => ({
    ...{ exportName, parameters: [I32], results: [I32], locals: [] },
    body: [unlikely],
  }));
  const imports = [{ name: "i", parameters: [I32], results: [] }];
  const optimised = functions.map((f) => ({ ...f, optimised: true }));
  expect(wholeOptimised(buildModule(imports, functions, true))).toEqual(buildModule(imports, optimised, true));
});
