/**
 * What an address means in a space: the user's choice, `monitor view`. Registers that hold addresses (eip, esp, ebp) are shown in the same
 * terms as memory and points, or nothing would fit together.
 */
import { ATTRIBUTE, type SegmentCache } from "../cpu386/segment.js";

/**
 * "segment": offsets of the space's own segments, as in its executable. "linear": what segmentation makes of them, before paging.
 * "physical": memory by the address on the bus; registers and points as in "linear". "real-mode": selector * 16 + offset, whatever the hidden
 * parts of the segment registers say, for code of 16 bits.
 */
export const VIEWS = ["segment", "linear", "physical", "real-mode"] as const;
export type View = (typeof VIEWS)[number];

const KERNEL_SPACE = 1;
const SIXTEEN_BITS = 0xffff;

export class Views {
  private readonly chosen = new Map<number, View>();

  of(space: number): View {
    return this.chosen.get(space) ?? (space === KERNEL_SPACE ? "linear" : "segment");
  }
  /** A string says why not. */
  choose(space: number, view: View): true | string {
    if (space === KERNEL_SPACE && view === "segment") return "the kernel's segments need not be one: its addresses are linear";
    this.chosen.set(space, view);
    return true;
  }
  /** Whether addresses of the space begin where its segments do. */
  isBased(space: number): boolean {
    return this.of(space) === "segment";
  }
}

export type Place = Pick<SegmentCache, "selector" | "base" | "attributes">;

/** An offset in a segment as a view shows it. A segment of 16 bits has offsets of 16, whatever is in the rest of the register. */
export const shownAs = (view: View, offset: number, segment: Place): number => {
  if (view === "segment") return offset;
  if (view === "real-mode") return (((segment.selector & SIXTEEN_BITS) << 4) + (offset & SIXTEEN_BITS)) >>> 0;
  return (segment.base + (segment.attributes & ATTRIBUTE.big ? offset : offset & SIXTEEN_BITS)) >>> 0;
};

/** The offset that is shown as this address; `before` is what the register holds, whose upper half a segment of 16 bits does not touch. */
export const offsetOf = (view: View, shown: number, segment: Place, before: number): number => {
  if (view === "segment") return shown;
  const base = view === "real-mode" ? (segment.selector & SIXTEEN_BITS) << 4 : segment.base;
  const offset = (shown - base) >>> 0;
  const isWide = view !== "real-mode" && (segment.attributes & ATTRIBUTE.big) !== 0;
  return isWide ? offset : ((before & ~SIXTEEN_BITS) | (offset & SIXTEEN_BITS)) >>> 0;
};
