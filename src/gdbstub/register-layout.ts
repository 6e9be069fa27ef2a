/**
 * Register numbers and the layout of `g` (GDB manual, "i386 Features").
 *
 * gdb 13 fetches the target description for the first inferior only; for every other one it uses the i386 layout built into it. So the
 * numbers below are that built-in layout, `g` carries exactly its registers and no more, and ours start at 64, behind all of gdb's own.
 */
import type { Registers, ThreadId } from "../debug/target.js";
import { littleEndian } from "./bytes.js";

export interface RegisterSlot {
  readonly name: string;
  readonly number: number;
  readonly bytes: number;
  /** "machine": the target has it. "absent": the processor has no such register and the value is made up. */
  readonly source: "machine" | "absent";
}

const GENERAL = "eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs".split(" ");
const X87_CONTROL = "fctrl fstat ftag fiseg fioff foseg fooff fop".split(" ");

const numbered = (names: readonly string[], first: number, bytes: number, source: RegisterSlot["source"]): RegisterSlot[] =>
  names.map((name, i) => ({ name, number: first + i, bytes, source }));

const eight = (prefix: string): string[] => Array.from({ length: 8 }, (_, i) => `${prefix}${i}`);

/** org.gnu.gdb.i386.core: numbers 0 to 31. */
export const CORE: readonly RegisterSlot[] = [
  ...numbered(GENERAL, 0, 4, "machine"),
  ...numbered(eight("st"), 16, 10, "machine"),
  ...numbered(X87_CONTROL, 24, 4, "machine"),
];

/** org.gnu.gdb.i386.sse: an i386 has none, but gdb's built-in layout does. */
export const SSE: readonly RegisterSlot[] = [...numbered(eight("xmm"), 32, 16, "absent"), ...numbered(["mxcsr"], 40, 4, "absent")];

/** org.gnu.gdb.i386.linux, which gdb asks of a target whose system calls it can catch. */
export const ORIG_EAX: RegisterSlot = { name: "orig_eax", number: 41, bytes: 4, source: "absent" };

export const FIRST_SYSTEM_NUMBER = 64;

/** What `g` and `G` carry, 308 bytes. */
export const GENERAL_PACKET: readonly RegisterSlot[] = [...CORE, ...SSE];

/** Sent along with every stop: with these gdb need not ask before it decides what the stop means. */
export const EXPEDITED: readonly RegisterSlot[] = ["eip", "esp", "ebp", "eflags", "cs", "ss"].map(
  (name) => CORE.find((slot) => slot.name === name)!,
);

/** gdb has integer types of these sizes only, so a 48-bit register is one of 64. */
const roundedBytes = (bits: number): number => [1, 2, 4, 8].find((bytes) => bits <= bytes * 8) ?? 16;

export const systemSlots = (registers: Registers): RegisterSlot[] =>
  registers.system.map(({ name, bits }, i) => ({ name, number: FIRST_SYSTEM_NUMBER + i, bytes: roundedBytes(bits), source: "machine" }));

export const findSlot = (registers: Registers, number: number): RegisterSlot | undefined =>
  number >= FIRST_SYSTEM_NUMBER
    ? systemSlots(registers)[number - FIRST_SYSTEM_NUMBER]
    : [...GENERAL_PACKET, ORIG_EAX].find((slot) => slot.number === number);

/** The name of a register of at most 32 bits, for agent expressions; undefined if the number has none. */
export const registerName = (registers: Registers, number: number): string | undefined => {
  const slot = findSlot(registers, number);
  return slot?.source === "machine" && slot.bytes <= 4 ? slot.name : undefined;
};

/** The reset value of mxcsr, and "not in a system call" for orig_eax. */
const MADE_UP: Readonly<Record<string, number>> = { mxcsr: 0x1f80, orig_eax: 0xffffffff };

/** Undefined if the thread has no such value now; gdb shows it as <unavailable>. */
export const readSlot = (registers: Registers, thread: ThreadId, slot: RegisterSlot): Uint8Array | undefined => {
  if (slot.source === "absent") return littleEndian(MADE_UP[slot.name] ?? 0, slot.bytes);
  const value = registers.read(thread, slot.name);
  if (value === undefined || value.length === slot.bytes) return value;
  const sized = new Uint8Array(slot.bytes);
  sized.set(value.subarray(0, slot.bytes));
  return sized;
};
