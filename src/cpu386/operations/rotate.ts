/** rcl and rcr (SDM volume 2): rotation of the operand together with CF, a bit at a time as the manual's pseudo-code has it. */
import { FLAG } from "../flags.js";
import type { Instruction } from "../instruction.js";
import type { Processor } from "../processor.js";

export function rotateThroughCarry(cpu: Processor, i: Instruction, left: boolean): void {
  const width = i.size * 8;
  const count = i.read(2) & 31;
  let value = i.readForUpdate(1);
  if (count === 0) return;
  let carry = cpu.flags & FLAG.CF;
  for (let n = count % (width + 1); n > 0; n--) {
    if (left) {
      const out = (value >>> (width - 1)) & 1;
      value = ((value << 1) | carry) >>> 0;
      carry = out;
    } else {
      const out = value & 1;
      value = ((value >>> 1) | ((carry << (width - 1)) >>> 0)) >>> 0;
      carry = out;
    }
    if (width < 32) value &= (1 << width) - 1;
  }
  i.write(1, value);
  const top = (value >>> (width - 1)) & 1;
  // Defined for a count of one only: the sign against CF (rcl), a change of sign (rcr); larger counts follow the same formulas.
  const overflow = left ? top ^ carry : top ^ ((value >>> (width - 2)) & 1);
  cpu.setArithmeticFlags((carry ? FLAG.CF : 0) | (overflow ? FLAG.OF : 0), FLAG.CF | FLAG.OF);
}
