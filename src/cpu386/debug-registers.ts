/** The guest's own breakpoints: DR0-DR3 by DR7, reported in DR6. SDM volume 3, 18.2. */
import { linear } from "./address.js";
import { FLAG } from "./flags.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";
import type { RecordCache } from "./records.js";
import type { WatchHit, Watchpoints, WatchRange } from "./watch.js";

export const DR6 = { detected: 0x2000, singleStep: 0x4000, taskSwitch: 0x8000, fixed: 0xffff0ff0 | 0, writable: 0xe00f } as const;
export const DR7 = { localEnables: 0x155, generalDetect: 0x2000, fixed: 0x400, writable: 0xffff23ff | 0 } as const;

const TYPE = { execute: 0, write: 1, port: 2, access: 3 } as const;
/** Without it, the R/W field for I/O means nothing (SDM volume 3, 18.2.4). */
const CR4_DE = 8;
/** By the LEN field; 2 means 8 bytes on 64-bit processors only. */
const LENGTHS = [1, 2, 1, 4] as const;

export class DebugRegisters {
  /** Linear addresses of instruction breakpoints, with the DR6 bits they set. */
  private readonly execution = new Map<number, number>();
  private readonly ports: { first: number; length: number; bit: number }[] = [];

  constructor(
    private readonly cpu: Processor,
    private readonly records: RecordCache,
    private readonly watchpoints: Watchpoints,
  ) {}

  reset(): void {
    this.cpu.setWord(L.DR6, DR6.fixed);
    this.cpu.setWord(L.DR7, DR7.fixed);
    this.update();
  }

  /** Follows a change of DR0-DR3, DR7 or CR4.DE. */
  update(): void {
    this.cpu.debugChanged = false;
    const control = this.cpu.word(L.DR7);
    const ranges: WatchRange[] = [];
    const before = [...this.execution.keys()];
    this.execution.clear();
    this.ports.length = 0;
    for (let n = 0; n < 4; n++) {
      if (!((control >>> (2 * n)) & 3)) continue;
      const type = (control >>> (16 + 4 * n)) & 3;
      const length = LENGTHS[(control >>> (18 + 4 * n)) & 3]!;
      const at = this.cpu.word(L.DR + 4 * n);
      if (type === TYPE.execute) this.execution.set(at, (this.execution.get(at) ?? 0) | (1 << n));
      else if (type === TYPE.write || type === TYPE.access) {
        // The low bits of the address are ignored as the length asks (18.2.5).
        ranges.push({ start: (at & -length) >>> 0, length, read: type === TYPE.access, write: true, debugRegister: n });
      } else if (this.cpu.word(L.CR4) & CR4_DE) this.ports.push({ first: at & -length & 0xffff, length, bit: 1 << n });
    }
    for (const at of new Set([...before, ...this.execution.keys()])) this.records.setGuestBreakpoint(at, this.execution.has(at));
    this.watchpoints.setGuest(ranges);
    this.cpu.portBreakpoints = this.ports.length > 0 ? this.portCauses : undefined;
  }

  private readonly portCauses = (port: number, size: number): number =>
    this.ports.reduce((bits, p) => (port < p.first + p.length && p.first < port + size ? bits | p.bit : bits), 0);

  /** DR6 bits of an instruction breakpoint here; 0 if there is none, or RF holds it off. */
  executionCauses(eip: number): number {
    if (this.execution.size === 0 || this.cpu.word(L.EFLAGS) & FLAG.RF) return 0;
    return this.execution.get(linear(this.cpu.segment(1).base + eip)) ?? 0;
  }
  /** DR6 bits of the data breakpoints among what was hit. */
  dataCauses(hit: WatchHit): number {
    return hit.ranges.reduce((bits, r) => bits | (r.debugRegister === undefined ? 0 : 1 << r.debugRegister), 0);
  }
}
