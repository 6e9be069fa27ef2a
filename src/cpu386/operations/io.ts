/** Port I/O with its strings, cpuid and cmpxchg8b. */
import type { Size } from "../bus.js";
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { requirePort } from "./system.js";

export function input(cpu: Processor, i: Instruction, port: number): void {
  requirePort(cpu, port, i.size);
  cpu.setRegister(L.EAX, i.size, cpu.ports.read(port, i.size));
}
export function output(cpu: Processor, size: Size, port: number): void {
  requirePort(cpu, port, size);
  cpu.ports.write(port, size, cpu.getRegister(L.EAX, size));
}

/** One iteration of ins or outs; a repeated one leaves eip at itself while there is more to do. */
function string(cpu: Processor, i: Instruction, index: number, element: (at: number) => void): void {
  const { rep, addressSize, size } = i.shape;
  const count = rep ? cpu.getRegister(L.ECX, addressSize) : 1;
  if (count === 0) return;
  const at = cpu.getRegister(index, addressSize);
  element(at);
  cpu.setRegister(index, addressSize, cpu.word(L.EFLAGS) & FLAG.DF ? at - size : at + size);
  if (!rep) return;
  cpu.setRegister(L.ECX, addressSize, count - 1);
  if (count > 1) cpu.setWord(L.EIP, i.ip);
}
export function inputString(cpu: Processor, i: Instruction): void {
  const port = cpu.getRegister(L.EDX, 2);
  requirePort(cpu, port, i.size);
  string(cpu, i, L.EDI, (at) => {
    cpu.probeWrite(SEGMENT.ES, at, i.size);
    cpu.write(SEGMENT.ES, at, i.size, cpu.ports.read(port, i.size));
  });
}
export function outputString(cpu: Processor, i: Instruction): void {
  const port = cpu.getRegister(L.EDX, 2);
  requirePort(cpu, port, i.size);
  string(cpu, i, L.ESI, (at) => cpu.ports.write(port, i.size, cpu.read(i.segment, at, i.size)));
}

const text = (s: string): number => s.charCodeAt(0) | (s.charCodeAt(1) << 8) | (s.charCodeAt(2) << 16) | (s.charCodeAt(3) << 24);
export function cpuid(cpu: Processor): void {
  const { signature, features } = cpu.model;
  const [eax, ebx, ecx, edx] = cpu.word(L.EAX) === 0 ? [1, text("Genu"), text("ntel"), text("ineI")] : [signature, 0, 0, features];
  cpu.setWord(L.EAX, eax!);
  cpu.setWord(L.EBX, ebx!);
  cpu.setWord(L.ECX, ecx!);
  cpu.setWord(L.EDX, edx!);
}

export function compareExchange8(cpu: Processor, i: Instruction): void {
  const at = i.effectiveAddress();
  cpu.probeWrite(i.segment, at, 4);
  cpu.probeWrite(i.segment, at + 4, 4);
  const low = cpu.read(i.segment, at, 4);
  const high = cpu.read(i.segment, at + 4, 4);
  const equal = low === cpu.word(L.EAX) && high === cpu.word(L.EDX);
  cpu.write(i.segment, at, 4, equal ? cpu.word(L.EBX) : low);
  cpu.write(i.segment, at + 4, 4, equal ? cpu.word(L.ECX) : high);
  if (!equal) {
    cpu.setWord(L.EAX, low);
    cpu.setWord(L.EDX, high);
  }
  cpu.setArithmeticFlags(equal ? FLAG.ZF : 0, FLAG.ZF);
}
