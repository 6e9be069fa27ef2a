import { expect, test } from "vitest";
import { Cpu } from "../src/cpu386/cpu.js";
import * as L from "../src/cpu386/layout.js";
import { physical } from "../src/cpu386/address.js";
import { ATTRIBUTE, install } from "../src/cpu386/segment.js";

test("smoke", () => {
  const cpu = new Cpu(1 << 20);
  const p = cpu.processor;
  p.setWord(L.CR0, 1);
  const flat = { base: 0, limit: 0xffffffff, attributes: 0xc09300 & ~0 };
  for (const n of [0, 2, 3, 4, 5]) install(p, n, { selector: 16, ...flat });
  install(p, 1, { selector: 8, ...flat, attributes: 0xc09b00 });
  // mov ecx,1000; xor eax,eax; l: add eax,ecx; push eax; pop ebx; dec ecx; jnz l; hlt
  p.memory.poke(physical(0x1000), Uint8Array.from([0xb9, 0xe8, 3, 0, 0, 0x31, 0xc0, 0x01, 0xc8, 0x50, 0x5b, 0x49, 0x75, 0xf9, 0xf4]));
  p.setWord(L.EIP, 0x1000);
  p.setWord(L.ESP, 0x8000);
  p.flags = 2;
  const r = cpu.run(1e9);
  expect(r).toEqual({ kind: "halted" });
  expect(p.word(L.EAX)).toBe(500500);
  expect(p.word(L.EBX)).toBe(500500);
  expect(cpu.retired).toBe(2 + 5000 + 1);
  expect(p.eip).toBe(0x100f);
});
