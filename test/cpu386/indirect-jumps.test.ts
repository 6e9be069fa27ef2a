/** Where indirect jumps lead is in the region as well: what a table of offsets tells at once, anything else once regions have been left for it. */
import { expect, test } from "vitest";
import { Cpu } from "../../src/cpu386/cpu.js";
import { STANDARD } from "../../src/cpu386/jit/heat.js";
import * as L from "../../src/cpu386/layout.js";
import { COLD, EAGER } from "../support/tiers.js";
import { CODE, DATA, little, Machine } from "./machine.js";

const ROUNDS = 200_000;
const SCHEDULE = { ...STANDARD, shortest: 500, longest: 10_000, patience: 0, price: 0 };

/** How a switch's offset is found; all take seven bytes. */
const SWITCHES = {
  // jmp [eax*4 + DATA]
  "a table in the jump": [0xff, 0x24, 0x85, ...little(DATA, 4)],
  // mov eax, [eax*4 + edi]; jmp eax; nop; nop
  "a table beside a register": [0x8b, 0x04, 0x87, 0xff, 0xe0, 0x90, 0x90],
};

/** A switch leads so seldom to the last of its cases that nearly everything is executed hot whether that is or not. */
const ENTRIES = 64;

/** l: mov eax, ecx; and eax, 63; switch; 0: inc ebx; jmp n; 1: add ebx, 3; jmp n; 2: add edx, 5; jmp n; 3: sub esi, 7; n: dec ecx; jnz l; hlt */
function program(jump: readonly number[]): Machine {
  const m = new Machine();
  const head = [0x89, 0xc8, 0x83, 0xe0, ENTRIES - 1, ...jump];
  const cases = [
    [0x43, 0xeb, 13],
    [0x83, 0xc3, 3, 0xeb, 8],
    [0x83, 0xc2, 5, 0xeb, 3],
    [0x83, 0xee, 7],
  ];
  let at = CODE + head.length;
  const targets = cases.map((code) => (at += code.length) - code.length);
  for (let n = 0; n < ENTRIES; n++) m.poke(DATA + 4 * n, little(targets[n === 7 ? 3 : n % 3]!, 4));
  const body = [...head, ...cases.flat()];
  m.set(L.ECX, ROUNDS);
  m.set(L.EDI, DATA);
  return m.code([...body, 0x49, 0x75, 0x100 - (body.length + 3), 0xf4]);
}

function finish(m: Machine): Machine {
  expect(m.run(20 * ROUNDS).kind).toBe("halted");
  return m;
}

test.each(Object.entries(SWITCHES))("a switch by %s is hot from end to end", (_name, jump) => {
  const before = Cpu.tiers;
  Cpu.tiers = COLD;
  const cold = finish(program(jump));
  Cpu.tiers = before;
  const m = program(jump);
  m.cpu.setTiers({ jit: true, schedule: SCHEDULE });
  expect(finish(m).state()).toEqual(cold.state());
  const { executed, exits } = m.cpu.jit.statistics();
  expect(exits.onward).toBeLessThan(ROUNDS / ENTRIES / 4);
  expect(executed).toBeGreaterThan(0.95 * m.cpu.retired);
});

test("a table that ends with its segment, or leads anywhere but to code, is no harm", () => {
  const m = program(SWITCHES["a table in the jump"]);
  m.poke(DATA + 4 * ENTRIES - 4, little(0xfffffff0, 4));
  m.set(L.ECX, ENTRIES - 2);
  m.set(L.DS + L.READ_BOUND[4], DATA + 4 * ENTRIES - 3);
  m.cpu.setTiers({ jit: true, schedule: EAGER });
  finish(m);
  expect(m.cpu.jit.executed).toBeGreaterThan(0);
});
