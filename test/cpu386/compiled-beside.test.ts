/** Modules that are compiled while the run goes on: the cold tier does the work until they are there, and nothing differs but who did it. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { compileBeside } from "../../src/cpu386/wasm/load.js";
import { EAGER } from "../support/tiers.js";
import { CODE, Machine } from "./machine.js";

type Beside = typeof compileBeside;
/** l: add eax, ebx; lea ebx, [ebx+3]; jmp l */
const LOOP = [0x01, 0xd8, 0x8d, 0x5b, 3, 0xeb, 0xf9];
const SLICE = 2_000;

function looping(beside: Beside | undefined): Machine {
  const m = new Machine();
  m.cpu.setTiers({ jit: true, schedule: EAGER });
  m.cpu.jit.beside = beside;
  m.code(LOOP);
  m.run(SLICE);
  return m;
}
const executed = (m: Machine): number => m.cpu.jit.statistics().executed;
const registers = (m: Machine): number[] => [L.EAX, L.EBX, L.EIP].map((at) => m.get(at));

test("the run goes on cold until the module is there, and then hot", async () => {
  const asked: Promise<unknown>[] = [];
  const m = looping((bytes) => {
    const module = compileBeside(bytes);
    asked.push(module);
    return module;
  });
  expect(asked).toHaveLength(1);
  expect(executed(m)).toBe(0);
  await Promise.all(asked);
  m.run(SLICE);
  expect(executed(m)).toBeGreaterThan(SLICE / 2);

  const waiting = looping(undefined);
  waiting.run(SLICE);
  expect(executed(waiting)).toBeGreaterThan(SLICE / 2);
  expect(registers(m)).toEqual(registers(waiting));
});

test("a module of code that has changed meanwhile is never entered", async () => {
  const asked: (() => void)[] = [];
  const beside: Beside = async (bytes) => {
    await new Promise<void>((resolve) => asked.push(resolve));
    return compileBeside(bytes);
  };
  const [m, cold] = [looping(beside), looping(() => new Promise(() => {}))];
  expect(asked).toHaveLength(1);
  asked[0]!();
  // sub eax, ebx
  for (const each of [m, cold]) each.poke(CODE, [0x29]);
  await sleep(50);
  for (const each of [m, cold]) each.run(SLICE);
  // What is compiled now is the code as it is now.
  expect(asked).toHaveLength(2);
  expect(m.cpu.jit.statistics()).toMatchObject({ compiled: 0, executed: 0 });
  expect(registers(m)).toEqual(registers(cold));
});

test("a module that the engine cannot compile beside the run is waited for", async () => {
  const m = looping(() => Promise.reject(new Error("no thread")));
  await sleep(0);
  m.run(SLICE);
  expect(executed(m)).toBeGreaterThan(SLICE / 2);
});

test("code that is to be compiled before it is executed is waited for", () => {
  const m = new Machine();
  m.cpu.setTiers({ jit: true, schedule: { ...EAGER, samples: 0 } });
  m.cpu.jit.beside = () => new Promise(() => {});
  m.code(LOOP);
  m.run(SLICE);
  expect(executed(m)).toBeGreaterThan(SLICE / 2);
});
