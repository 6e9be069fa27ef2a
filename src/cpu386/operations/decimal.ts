/** Decimal adjustment (SDM volume 2: DAA, DAS, AAA, AAS, AAM, AAD; the pseudo-code there). */
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import type { Processor } from "../processor.js";

const { CF, AF, PF, ZF, SF, OF } = FLAG;

/** SF, ZF and PF of a byte, the given CF and AF, and OF clear (undefined in the manual). */
function setByte(cpu: Processor, al: number, carry: boolean, adjusted: boolean): void {
  const ones = al.toString(2).replaceAll("0", "").length;
  cpu.setArithmeticFlags(
    (carry ? CF : 0) | (adjusted ? AF : 0) | (ones % 2 === 0 ? PF : 0) | (al === 0 ? ZF : 0) | (al & 0x80 ? SF : 0),
    CF | AF | PF | ZF | SF | OF,
  );
}

export const adjust = {
  daa(cpu: Processor): void {
    const old = cpu.getRegister(0, 1);
    const flags = cpu.flags;
    const low = (old & 15) > 9 || (flags & AF) !== 0;
    const high = old > 0x99 || (flags & CF) !== 0;
    const al = (old + (low ? 6 : 0) + (high ? 0x60 : 0)) & 0xff;
    cpu.setRegister(0, 1, al);
    setByte(cpu, al, high, low);
  },
  das(cpu: Processor): void {
    const old = cpu.getRegister(0, 1);
    const flags = cpu.flags;
    const low = (old & 15) > 9 || (flags & AF) !== 0;
    const high = old > 0x99 || (flags & CF) !== 0;
    const al = (old - (low ? 6 : 0) - (high ? 0x60 : 0)) & 0xff;
    cpu.setRegister(0, 1, al);
    setByte(cpu, al, high || (low && old < 6), low);
  },
  aaa(cpu: Processor): void {
    const adjusts = (cpu.getRegister(0, 1) & 15) > 9 || (cpu.flags & AF) !== 0;
    const ax = cpu.getRegister(0, 2) + (adjusts ? 0x106 : 0);
    cpu.setRegister(0, 2, ax & 0xff0f);
    cpu.setArithmeticFlags(adjusts ? CF | AF : 0, CF | AF);
  },
  aas(cpu: Processor): void {
    const adjusts = (cpu.getRegister(0, 1) & 15) > 9 || (cpu.flags & AF) !== 0;
    const ax = cpu.getRegister(0, 2) - (adjusts ? 0x106 : 0);
    cpu.setRegister(0, 2, ax & 0xff0f);
    cpu.setArithmeticFlags(adjusts ? CF | AF : 0, CF | AF);
  },
  aam(cpu: Processor, i: Instruction): void {
    const base = i.immediate & 0xff;
    if (base === 0) cpu.raise(0, undefined, "division by zero (aam 0)");
    const al = cpu.getRegister(0, 1);
    cpu.setRegister(0, 2, (Math.floor(al / base) << 8) | (al % base));
    setByte(cpu, al % base, false, false);
  },
  aad(cpu: Processor, i: Instruction): void {
    const ax = cpu.getRegister(0, 2);
    const al = ((ax & 0xff) + (ax >> 8) * (i.immediate & 0xff)) & 0xff;
    cpu.setRegister(0, 2, al);
    setByte(cpu, al, false, false);
  },
};
