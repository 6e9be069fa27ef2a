/** Encodings of the instructions that cases try, for 32-bit code unless `narrow` says that it is 16-bit: volume 2. */
import type { Operation, Size } from "./case.js";
import type { SegmentName } from "./rules/state.js";

const NUMBER: Record<SegmentName, number> = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 };
const OVERRIDE: Record<SegmentName, number> = { es: 0x26, cs: 0x2e, ss: 0x36, ds: 0x3e, fs: 0x64, gs: 0x65 };
const POP: Partial<Record<SegmentName, readonly number[]>> = { es: [0x07], ss: [0x17], ds: [0x1f], fs: [0x0f, 0xa1], gs: [0x0f, 0xa9] };
const POINTER: Partial<Record<SegmentName, readonly number[]>> = {
  es: [0xc4],
  ss: [0x0f, 0xb2],
  ds: [0xc5],
  fs: [0x0f, 0xb4],
  gs: [0x0f, 0xb5],
};

const little = (value: number, size: number): number[] => Array.from({ length: size }, (_, n) => (value >>> (8 * n)) & 0xff);
const sized = (size: Size, narrow = false): number[] => ((size === 2) !== narrow && size !== 1 ? [0x66] : []);

/** mov of a selector that AX holds. */
export const load = (segment: SegmentName, selector: number): Operation => ({
  what: "load",
  segment,
  selector,
  bytes: [0x8e, 0xc0 | (NUMBER[segment] << 3)],
});
export const pop = (segment: SegmentName, size: 2 | 4 = 4): Operation => ({
  what: "pop",
  segment,
  size,
  bytes: [...sized(size), ...POP[segment]!],
});
/** lds and its like into ECX or CX. */
export const loadPointer = (segment: SegmentName, at: number, size: 2 | 4 = 4): Operation => ({
  what: "load-pointer",
  segment,
  register: 1,
  at,
  size,
  bytes: [...sized(size), ...POINTER[segment]!, 0x0d, ...little(at, 4)],
});

const SYSTEM = {
  lldt: [0x0f, 0x00, 0xd0],
  ltr: [0x0f, 0x00, 0xd8],
  verr: [0x0f, 0x00, 0xe0],
  verw: [0x0f, 0x00, 0xe8],
  lar: [0x0f, 0x02, 0xc0],
  lsl: [0x0f, 0x03, 0xc0],
};
/** With a selector that AX holds; lar and lsl load EAX. */
export const system = (what: keyof typeof SYSTEM, selector: number): Operation => ({ what, selector, bytes: SYSTEM[what] });
export const storeLdt: Operation = { what: "sldt", register: 1, bytes: [0x66, 0x0f, 0x00, 0xc1] };
export const storeTask: Operation = { what: "str", register: 1, bytes: [0x66, 0x0f, 0x00, 0xc9] };
export const and = (value: number): Operation => ({ what: "and", value, bytes: [0x25, ...little(value, 4)] });

/** EAX, AX or AL from or to an offset. */
export const access = (what: "read" | "write", segment: SegmentName, offset: number, size: Size, narrow = false): Operation => ({
  what,
  segment,
  offset,
  size,
  bytes: [
    OVERRIDE[segment],
    ...sized(size, narrow),
    (what === "read" ? 0xa0 : 0xa2) + (size === 1 ? 0 : 1),
    ...little(offset, narrow ? 2 : 4),
  ],
});
export const push = (size: 2 | 4): Operation => ({ what: "push", size, bytes: [...sized(size), 0x50] });
export const popRegister = (size: 2 | 4): Operation => ({ what: "pop-register", size, bytes: [...sized(size), 0x58] });
/** A near call from `at`. */
export const callNear = (at: number, offset: number, size: 2 | 4): Operation => {
  const length = size === 2 ? 4 : 5;
  return { what: "call-near", size, offset, bytes: [...sized(size), 0xe8, ...little(offset - at - length, size)] };
};

export const far = (what: "jmp" | "call", selector: number, offset: number, size: 2 | 4 = 4): Operation => ({
  what,
  selector,
  offset,
  size,
  bytes: [...sized(size), what === "jmp" ? 0xea : 0x9a, ...little(offset, size), ...little(selector, 2)],
});
export const ret = (size: 2 | 4 = 4, release = 0): Operation => ({
  what: "ret",
  size,
  release,
  bytes: [...sized(size), ...(release ? [0xca, ...little(release, 2)] : [0xcb])],
});
export const iret = (size: 2 | 4 = 4, narrow = false): Operation => ({ what: "iret", size, bytes: [...sized(size, narrow), 0xcf] });
export const int = (vector: number): Operation => ({ what: "int", vector, form: "n", bytes: [0xcd, vector] });
export const int3: Operation = { what: "int", vector: 3, form: "3", bytes: [0xcc] };
/** With OF set. */
export const into: Operation = { what: "int", vector: 4, form: "into", bytes: [0xce] };

export const cli: Operation = { what: "sensitive", rule: "iopl", clears: 0x200, bytes: [0xfa] };
export const sti: Operation = { what: "sensitive", rule: "iopl", sets: 0x200, bytes: [0xfb] };
export const clts: Operation = { what: "sensitive", rule: "ring0", bytes: [0x0f, 0x06] };
export const halt: Operation = { what: "sensitive", rule: "ring0", bytes: [0xf4] };
export const invalid: Operation = { what: "sensitive", rule: "invalid", bytes: [0x0f, 0x0b] };
