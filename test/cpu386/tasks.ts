/** A second task for the machine of machine.ts, whose own TSS is that of the task it starts in. */
import { codeOf, dataOf, FREE, gate, little, type Machine, segment, TSS, TYPE } from "./machine.js";

export const NEW_TSS = 0x4200;
export const NEW_TSS_SELECTOR = FREE;
/** A task gate to it, in the GDT. */
export const TASK_GATE = 0x70;
export const NEW_CODE = 0x14000;
export const NEW_STACK = 0x3c000;
export const NEW_LDT_SELECTOR = 0x78;
/** Vector of an IDT task gate to it. */
export const TASK_VECTOR = 0x41;

export interface TaskState {
  readonly wide?: boolean;
  readonly eip?: number;
  readonly eflags?: number;
  readonly general?: readonly number[];
  /** es cs ss ds fs gs */
  readonly segments?: readonly number[];
  readonly ldt?: number;
  readonly cr3?: number;
  readonly trap?: boolean;
  readonly link?: number;
  readonly busy?: boolean;
  readonly dpl?: number;
  readonly limit?: number;
  readonly absent?: boolean;
}

/** General registers in a TSS's order, which is the processor's own. */
export const GENERAL = [0xa0a0, 0xa1a1, 0xa2a2, 0xa3a3, NEW_STACK, 0xa5a5, 0xa6a6, 0xa7a7] as const;

/** Fills a TSS and makes descriptors that lead to it: its own, a task gate in the GDT and one in the IDT. */
export function addTask(m: Machine, o: TaskState = {}, at = NEW_TSS, selector = NEW_TSS_SELECTOR): void {
  const { wide = true, eip = NEW_CODE, eflags = 2, general = GENERAL, ldt = 0, cr3 = 0, trap = false, link = 0 } = o;
  const { segments = [dataOf(0), codeOf(0), dataOf(0), dataOf(0), dataOf(0), dataOf(0)], busy = false, dpl = 0, absent = false } = o;
  const size = wide ? 4 : 2;
  const word = (offset: number, value: number, bytes: number = size): void => m.poke(at + offset, little(value, bytes));
  m.poke(at, new Array(wide ? 104 : 44).fill(0));
  word(0, link, 2);
  if (wide) word(28, cr3);
  word(wide ? 32 : 14, eip);
  word(wide ? 36 : 16, eflags);
  for (const [n, value] of general.entries()) word((wide ? 40 : 18) + n * size, value);
  for (const [n, value] of segments.slice(0, wide ? 6 : 4).entries()) word((wide ? 72 : 34) + n * size, value);
  word(wide ? 96 : 42, ldt);
  if (wide) word(100, trap ? 1 : 0, 2);
  const type = (wide ? TYPE.tss32 : TYPE.tss16) | (busy ? 2 : 0);
  m.gdt(selector, segment(type, { base: at, limit: o.limit ?? (wide ? 0x67 : 0x2b), wide: false, dpl, absent }));
  if (selector !== NEW_TSS_SELECTOR) return;
  m.gdt(TASK_GATE, gate(TYPE.taskGate, selector, 0, { dpl: 3 }));
  m.idt(TASK_VECTOR, gate(TYPE.taskGate, selector, 0, { dpl: 3 }));
  m.poke(NEW_CODE, [0x90, 0x90, 0x90]);
}

export const jump = (selector: number): number[] => [0xea, 0, 0, 0, 0, ...little(selector, 2)];
export const call = (selector: number): number[] => [0x9a, 0, 0, 0, 0, ...little(selector, 2)];
export const INT = [0xcd, TASK_VECTOR];
export const IRET = [0xcf];
/** Type of a TSS descriptor in the GDT. */
export const typeOf = (m: Machine, selector: number): number => m.byte(0x1000 + selector + 5) & 15;
/** Fields of the TSS of the task that the machine starts in. */
export const saved = (m: Machine, offset: number): number => m.dword(TSS + offset);
