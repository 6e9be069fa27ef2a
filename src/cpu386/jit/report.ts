/** What the tiers have done, in words. */
import type { Cpu } from "../cpu.js";

const percent = (part: number, whole: number): string => (whole === 0 ? "0.0" : ((100 * part) / whole).toFixed(1));

/** Lines without an end of line. */
export function tierReport(cpu: Cpu): string[] {
  if (!cpu.usesJit) return [`jit off: ${cpu.retired} instructions in the cold tier`];
  const s = cpu.jit.statistics();
  const { retired } = cpu;
  return [
    `jit on: ${s.executed} instructions (${percent(s.executed, retired)} %) in the hot tier, ${retired - s.executed} in the cold tier`,
    `regions: ${s.regions} now, ${s.compiled} compiled, ${s.dropped} dropped, ${s.evictions} evictions; ` +
      `${s.instructions} instructions compiled to ${s.bytes} bytes in ${s.compileTime.toFixed(1)} ms, the longest in ${s.longestPause.toFixed(1)} ms`,
    `exits: ${s.exits.onward} onward, ${s.exits.side} to the cold tier, ${s.exits.stop} asked for, ${s.exits.mismatch} for other segment registers`,
  ];
}
