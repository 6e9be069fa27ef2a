/**
 * One number for all that the guest could ever find out about its machine: SHA-256 over RAM, the processor's architectural state, the
 * devices and the clock. What is decoded, compiled or cached has no part in it, so that every way of getting to a count gives the same.
 */
import { createHash } from "node:crypto";
import * as L from "../cpu386/layout.js";
import type { Processor } from "../cpu386/processor.js";
import { PAGE_BYTES } from "./changed-pages.js";
import type { Machine } from "./machine.js";

const CONTROL = [L.CR0, L.CR2, L.CR3, L.CR4, L.GDTR_BASE, L.GDTR_LIMIT, L.IDTR_BASE, L.IDTR_LIMIT, L.CPL, L.EIP] as const;
const DEBUG = [0, 1, 2, 3, 6, 7].map((n) => L.DR + 4 * n);
const X87 = [L.FPU_CONTROL, L.FPU_STATUS, L.FPU_EMPTY, L.FPU_IP, L.FPU_CS, L.FPU_DP, L.FPU_DS, L.FPU_OPCODE] as const;
const X87_BYTES = 10;
const ZEROS = new Uint8Array(PAGE_BYTES);

/** The same without RAM, as a text. */
export function machineState(machine: Machine): string {
  const { cpu, ...board } = machine.save();
  const { retired, flags, timeStampOffset } = cpu;
  return canonical({ ...board, retired, flags, timeStampOffset, ...registersOf(machine.cpu.processor) });
}

/** 64 hexadecimal digits. */
export function stateHash(machine: Machine): string {
  const hash = createHash("sha256").update(machineState(machine));
  const { u8, memory } = machine.cpu.processor;
  for (let at = 0; at < memory.size; at += PAGE_BYTES) {
    const page = u8.subarray(L.RAM + at, L.RAM + Math.min(memory.size, at + PAGE_BYTES));
    // Pages of zeros are most of a machine, and are told by being left out.
    if (Buffer.compare(page, ZEROS) !== 0) hash.update(`page ${at}`).update(page);
  }
  return hash.digest("hex");
}

function registersOf(p: Processor): object {
  const words = (addresses: readonly number[]): number[] => addresses.map((at) => p.word(at));
  return {
    general: words([0, 1, 2, 3, 4, 5, 6, 7].map((n) => 4 * n)),
    eflags: p.flags,
    control: words(CONTROL),
    debug: words(DEBUG),
    segments: [0, 1, 2, 3, 4, 5, 6, 7].map((n) => p.segment(n)),
    x87: words(X87),
    stack: [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [...p.u8.subarray(L.FPU_REGISTERS + 16 * n, L.FPU_REGISTERS + 16 * n + X87_BYTES)]),
  };
}

/** JSON with the keys in order: a state that has been through a file has them in another. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
