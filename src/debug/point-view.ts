/**
 * What a breakpoint's check looks at. It is asked at every hit, so nothing here allocates on the usual way: the general registers of the
 * running thread, and memory without paging.
 */
import * as L from "../cpu386/layout.js";
import { peekNumber, peekPhysicalNumber } from "../cpu386/peek.js";
import type { Processor } from "../cpu386/processor.js";
import { SEGMENT } from "../cpu386/segment.js";
import type { DebugRegisters } from "./registers.js";
import type { SystemModel } from "./system.js";
import type { PointView, ThreadId } from "./target.js";
import { GENERAL_NAMES } from "./threads.js";
import { shownAs, type View, type Views } from "./views.js";

const CS = L.SEGMENTS + SEGMENT.CS * L.SEGMENT_BYTES;
const KERNEL_SPACE = 1;
const LAST = 0xffffffff;

/** Where the general registers are kept, by name. */
const GENERAL = new Map<string, number>(GENERAL_NAMES.map((name, n) => [name, n * 4]));

export class CheckedView implements PointView {
  private space = KERNEL_SPACE;
  private view: View = "linear";
  private base = 0;
  private limit = LAST;
  /** The limit last looked up, and for which code segment. */
  private known = { space: 0, base: 0, codeLimit: 0, limit: 0 };

  constructor(
    private readonly processor: Processor,
    private readonly system: SystemModel,
    private readonly registers: DebugRegisters,
    private readonly views: Views,
    private readonly current: () => ThreadId,
    readonly print: (text: string) => void,
  ) {}

  get thread(): ThreadId {
    return this.current();
  }

  /** The space that runs now. */
  aim(): number {
    const { processor: p } = this;
    const base = p.word(CS + L.BASE);
    this.space = this.system.spaceOf(p.cpl, base);
    this.view = this.views.of(this.space);
    const isBased = this.view === "segment";
    this.base = isBased ? base : 0;
    this.limit = isBased ? this.limitOf(this.space, base, p.word(CS + L.LIMIT)) : LAST;
    return this.space;
  }

  /** Looking through the descriptor tables takes long, so it is done when another partition runs or its code segment has changed. */
  private limitOf(space: number, base: number, codeLimit: number): number {
    const { known } = this;
    if (known.space !== space || known.base !== base || known.codeLimit !== codeLimit) {
      const limit = this.system.spaces().find(({ id }) => id === space)?.segments?.limit ?? codeLimit;
      this.known = { space, base, codeLimit, limit };
    }
    return this.known.limit;
  }

  /** eip as the space sees it. */
  get eip(): number {
    const { processor: p } = this;
    if (this.view === "segment") return p.eip;
    return this.view === "real-mode" ? shownAs(this.view, p.eip, p.segment(SEGMENT.CS)) : (p.eip + p.word(CS + L.BASE)) >>> 0;
  }

  register(name: string): number | undefined {
    const at = GENERAL.get(name);
    if (at === undefined) return name === "eip" ? this.eip : this.registers.value(this.current(), name);
    const value = this.processor.word(at);
    if (this.view === "segment" || (name !== "esp" && name !== "ebp")) return value;
    return shownAs(this.view, value, this.processor.segment(SEGMENT.SS));
  }

  load(address: number, bytes: 1 | 2 | 4): number | undefined {
    const { processor: p } = this;
    if (address + bytes - 1 > this.limit) return undefined;
    const at = (this.base + address) >>> 0;
    return this.view === "physical" ? peekPhysicalNumber(p, at, bytes) : peekNumber(p, at, bytes);
  }
}
