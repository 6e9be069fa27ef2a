/** Port I/O with its strings, cpuid and cmpxchg8b. */
import type { Size } from "../bus.js";
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import { SEGMENT } from "../segment.js";
import { requirePort } from "./system.js";

const CR4_TSD = 4;

function readPort(cpu: Processor, port: number, size: Size): number {
  if (cpu.portBreakpoints) cpu.portTraps |= cpu.portBreakpoints(port, size);
  return cpu.ports.read(port, size);
}
function writePort(cpu: Processor, port: number, size: Size, value: number): void {
  if (cpu.portBreakpoints) cpu.portTraps |= cpu.portBreakpoints(port, size);
  cpu.ports.write(port, size, value);
}

export function input(cpu: Processor, i: Instruction, port: number): void {
  requirePort(cpu, port, i.size);
  cpu.setRegister(L.EAX, i.size, readPort(cpu, port, i.size));
}
export function output(cpu: Processor, size: Size, port: number): void {
  requirePort(cpu, port, size);
  writePort(cpu, port, size, cpu.getRegister(L.EAX, size));
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
    cpu.write(SEGMENT.ES, at, i.size, readPort(cpu, port, i.size));
  });
}
export function outputString(cpu: Processor, i: Instruction): void {
  const port = cpu.getRegister(L.EDX, 2);
  requirePort(cpu, port, i.size);
  string(cpu, i, L.ESI, (at) => writePort(cpu, port, i.size, cpu.read(i.segment, at, i.size)));
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

function give(cpu: Processor, value: number): void {
  cpu.setWord(L.EAX, value % 2 ** 32);
  cpu.setWord(L.EDX, Math.floor(value / 2 ** 32));
}

/** rdtsc: the virtual clock, moved by what was written to its register; CR4.TSD keeps it from the outer rings (SDM volume 2, RDTSC). */
export function readTimeStamp(cpu: Processor): void {
  if (cpu.word(L.CR4) & CR4_TSD && cpu.cpl !== 0) cpu.generalProtection(0, "rdtsc with CR4.TSD set needs CPL 0");
  give(cpu, cpu.time() + cpu.timeStampOffset);
}

/** Model-specific registers there are: the Pentium's machine check address and type, which report nothing, and the time-stamp counter. */
const MSR = { machineCheckAddress: 0, machineCheckType: 1, timeStamp: 0x10 } as const;

/** rdmsr: #GP(0) for registers there are not (SDM volume 2, RDMSR). */
export function readModelSpecific(cpu: Processor): void {
  cpu.requireRing0("rdmsr");
  const n = cpu.word(L.ECX);
  if (n === MSR.timeStamp) give(cpu, cpu.time() + cpu.timeStampOffset);
  else if (n === MSR.machineCheckAddress || n === MSR.machineCheckType) give(cpu, 0);
  else cpu.generalProtection(0, `rdmsr: there is no register 0x${n.toString(16)}`);
}

/** wrmsr: only the lower half of the time-stamp counter is taken, the upper becomes 0 (SDM volume 3, 18.17). */
export function writeModelSpecific(cpu: Processor): void {
  cpu.requireRing0("wrmsr");
  const n = cpu.word(L.ECX);
  if (n !== MSR.timeStamp) cpu.generalProtection(0, `wrmsr: there is no register 0x${n.toString(16)} that can be written`);
  cpu.timeStampOffset = cpu.word(L.EAX) - cpu.time();
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
