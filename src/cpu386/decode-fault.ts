/** Instructions that cannot be decoded, or whose branch leaves the segment: what they raise when they are reached. */
import { linear } from "./address.js";
import type { DecodeFault } from "./decode.js";
import { VECTOR } from "./fault.js";
import { FLAG } from "./flags.js";
import type { Instruction } from "./instruction.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import { SEGMENT } from "./segment.js";

/** @param forget makes the record be decoded anew */
export function raiseDecodeFault(cpu: Processor, i: Instruction, fault: DecodeFault, forget: () => void): void {
  const { selector, limit } = cpu.segment(SEGMENT.CS);
  const facts = { segment: "CS", selector, offset: i.ip, limit, access: "execute" } as const;
  switch (fault) {
    case "page-fault":
      return fetchAgain(cpu, i, forget);
    case "invalid":
      return cpu.raise(VECTOR.UD, undefined, "an invalid opcode, or LOCK where it is not allowed", { segment: "CS", offset: i.ip });
    case "too-long":
      return cpu.generalProtection(0, "the instruction is longer than 15 bytes", facts);
    case "beyond-limit":
      return cpu.generalProtection(0, "the instruction passes the limit of the code segment", facts);
    case "branch-beyond-limit":
      return branch(cpu, i);
  }
}

/** Raises the page fault that decoding met, or goes on if the page has come meanwhile. */
function fetchAgain(cpu: Processor, i: Instruction, forget: () => void): void {
  const { base } = cpu.segment(SEGMENT.CS);
  for (let n = 0; n < 15; n++) cpu.paging.translate(linear(base + i.ip + n), "execute", cpu.cpl === 3);
  forget();
  cpu.setWord(L.EIP, i.ip);
}

export function branchBeyondLimit(cpu: Processor): never {
  const { selector, limit } = cpu.segment(SEGMENT.CS);
  const facts = { segment: "CS", selector, limit, access: "execute" } as const;
  return cpu.generalProtection(0, "the branch target passes the limit of the code segment", facts);
}

/** A relative branch whose target lies beyond the limit: it faults if it is taken. */
function branch(cpu: Processor, i: Instruction): void {
  const { name } = i.shape.definition;
  const size = i.shape.addressSize;
  const f = cpu.flags;
  const bit = (flag: number): boolean => (f & flag) !== 0;
  const less = bit(FLAG.SF) !== bit(FLAG.OF);
  const count = cpu.getRegister(L.ECX, size);
  const left = (count - 1) & (size === 2 ? 0xffff : -1);
  const conditions: Record<string, boolean> = {
    jo: bit(FLAG.OF),
    jb: bit(FLAG.CF),
    je: bit(FLAG.ZF),
    jbe: bit(FLAG.CF) || bit(FLAG.ZF),
    js: bit(FLAG.SF),
    jp: bit(FLAG.PF),
    jl: less,
    jle: less || bit(FLAG.ZF),
    jno: !bit(FLAG.OF),
    jae: !bit(FLAG.CF),
    jne: !bit(FLAG.ZF),
    ja: !bit(FLAG.CF) && !bit(FLAG.ZF),
    jns: !bit(FLAG.SF),
    jnp: !bit(FLAG.PF),
    jge: !less,
    jg: !less && !bit(FLAG.ZF),
    jcxz: count === 0,
    loop: left !== 0,
    loope: left !== 0 && bit(FLAG.ZF),
    loopne: left !== 0 && !bit(FLAG.ZF),
  };
  if (conditions[name] ?? true) branchBeyondLimit(cpu);
  if (name.startsWith("loop")) cpu.setRegister(L.ECX, size, left);
}
