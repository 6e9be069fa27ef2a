/**
 * Where an indirect jump may lead, as far as a table of offsets tells that is read beside it: that is how compilers make switches of state
 * machines and interpreters. A guess, and no more: it decides what is compiled together, and a jump to anywhere else leaves the region.
 */
import type { Shape } from "../definitions/table.js";
import * as L from "../layout.js";

const { R } = L;

/** What is looked at in front of the jump, the jump included: its offset may have been loaded before. */
const INSTRUCTIONS = 4;
const MOST_TARGETS = 64;
const WORD_SHIFT = 2;

/**
 * @param jump record of the jump
 * @param ahead instructions in front of it, in the same block
 * @param wordAt what a segment has at an offset, by the address of the segment register; undefined for nothing
 * @param isCode whether an instruction has been decoded at an offset
 */
export function jumpTargets(
  i32: Int32Array,
  shapes: readonly Shape[],
  jump: number,
  ahead: number,
  wordAt: (segment: number, offset: number) => number | undefined,
  isCode: (ip: number) => boolean,
): number[] {
  const field = (record: number, at: number): number => i32[(record + at) >> 2]!;
  for (let n = 0; n < Math.min(INSTRUCTIONS, ahead + 1); n++) {
    const record = jump - n * L.RECORD_BYTES;
    const { address } = shapes[field(record, R.shape) & 0xffff]!;
    if (address !== "index" || field(record, R.base) !== L.ZERO || (field(record, R.scale) & 0xff) !== WORD_SHIFT) continue;
    const found = new Set<number>();
    for (let entry = 0; entry < MOST_TARGETS; entry++) {
      const target = wordAt(field(record, R.seg), (field(record, R.disp) + (entry << WORD_SHIFT)) >>> 0);
      if (target === undefined) break;
      if (isCode(target)) found.add(target);
    }
    return [...found];
  }
  return [];
}
