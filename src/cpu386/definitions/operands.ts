/** Operands that segment loads, far transfers and system instructions share. */
import type { Emitter, Value } from "../emitter.js";
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import type { Processor } from "../processor.js";
import type { Shape } from "./table.js";

export const wide = (i: Instruction): 2 | 4 => (i.size === 2 ? 2 : 4);

/** A far pointer operand: an offset of the operand size, then a selector. */
export const pointer = (cpu: Processor, i: Instruction): { selector: number; eip: number } => ({
  eip: cpu.read(i.segment, i.effectiveAddress(), wide(i)),
  selector: cpu.read(i.segment, i.effectiveAddress(wide(i)), 2),
});

/** A far pointer in memory, as `pointer` reads it. */
export function pointerQuickly(e: Emitter, i: Shape): { selector: Value; eip: Value } {
  const size = i.size === 2 ? 2 : 4;
  e.requireQuick(L.QUICK_SEGMENTS);
  const at = e.effectiveAddress();
  const eip = e.let(e.load(undefined, at, size));
  const behind = e.add(at, e.constant(size));
  return { eip, selector: e.let(e.load(undefined, e.let(i.address === "word" ? e.zeroExtend(behind, 2) : behind), 2)) };
}

/** A word destination: memory takes 16 bits, a register the operand size. */
export function storeWord(cpu: Processor, i: Instruction, value: number): void {
  if (i.isMemory) cpu.write(i.segment, i.effectiveAddress(), 2, value);
  else i.write(1, value);
}
