/** What IOPL decides about flags. */
import { FLAG } from "./flags.js";
import * as L from "./layout.js";
import type { Processor } from "./processor.js";

/** Which EFLAGS bits iret and popf may change at this privilege (SDM volume 2, IRET and POPF). */
export function writableFlags(cpu: Processor, size: 2 | 4): number {
  let mask = 0x4dd5 & ~FLAG.IF;
  if (size === 4) mask |= cpu.model.flags;
  const iopl = (cpu.word(L.EFLAGS) >> 12) & 3;
  if (cpu.cpl <= iopl) mask |= FLAG.IF;
  if (cpu.cpl === 0) mask |= FLAG.IOPL;
  return mask;
}

/** pushf, popf, int n and iret in virtual-8086 mode are the monitor's business unless IOPL is 3 (SDM volume 3, 20.2.7). */
export function requireVirtualIopl(cpu: Processor, what: string): void {
  if (((cpu.word(L.EFLAGS) >> 12) & 3) < 3) cpu.generalProtection(0, `${what} in virtual-8086 mode with IOPL less than 3`);
}
