/**
 * The little system under a random program: an IDT, a TSS and handlers in ring 0, so that a fault, an int n and an interrupt from outside are
 * what they are in a real one, and all of that is executed by the tiers too.
 */
import { little } from "../machine.js";

/** Physical and linear addresses. */
export const IDT = 0xb000;
export const TSS = 0xc000;
const HANDLERS = 0xd000;
/** For each byte of a program's code, 16 bits: where the next instruction begins, relative to the first. */
export const RESUME = 0xe000;
/** Where the code begins, its length, its CS: 4 bytes each; what follows counts exceptions by vector. */
export const PROGRAM = 0xf000;
const COUNTS = PROGRAM + 0x10;
const RING0_STACK = 0xfffc;
/** The page directory, and behind it the one table. */
export const DIRECTORY = 0x1f0000;
const PAGE_TABLE = DIRECTORY + 0x1000;
/** A word in one of the data's pages. */
const REMAPPED = 0x122004;
/** First and last byte of all this, and of the descriptor tables below. */
export const KERNEL_START = 0x9000;
export const KERNEL_END = 0x10000;
/** Selectors. */
const CODE0 = 0x08;
const DATA0 = 0x10;
export const TSS_SELECTOR = 0x18;
/** Data of ring 3 from 0 to 4 GB: how it reaches its own code and the page tables. */
export const FLAT = 0x2b;
export const TSS_LIMIT = 0x67;

/** int n that a program may use: comes back at once; comes back with an empty TLB. The vector of interrupts from outside. */
export const CALL = 0x40;
export const FLUSH = 0x41;
export const EXTERNAL = 0x42;
/** Of ring 0 alone: reads a page of the data, maps it elsewhere, reads it again. */
export const REMAP = 0x43;
const EXCEPTIONS = 20;
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
const [DEBUG, NMI] = [1, 2];

/** ss: and a doubleword at an address, with a register in ModR/M. */
const at = (reg: number, address: number): number[] => [(reg << 3) | 5, ...little(address, 4)];

/** With vector and error code on the stack: back to the next instruction of the program, in its own code segment. */
const COMMON: readonly number[] = [
  ...[0x50, 0x53], // push eax; push ebx
  ...[0x8b, 0x44, 0x24, 16, 0x36, 0x2b, ...at(0, PROGRAM)], // mov eax, [esp+16] (eip); sub eax, ss:[PROGRAM]
  ...[0x31, 0xdb, 0x36, 0x3b, ...at(0, PROGRAM + 4), 0x73, 9], // xor ebx, ebx; cmp eax, ss:[PROGRAM+4]; jae over the next
  ...[0x36, 0x0f, 0xb7, 0x1c, 0x45, ...little(RESUME, 4)], // movzx ebx, word ss:[RESUME+eax*2]
  ...[0x36, 0x03, ...at(3, PROGRAM), 0x89, 0x5c, 0x24, 16], // add ebx, ss:[PROGRAM]; mov [esp+16], ebx
  ...[0x36, 0x8b, ...at(3, PROGRAM + 8), 0x89, 0x5c, 0x24, 20], // mov ebx, ss:[PROGRAM+8]; mov [esp+20], ebx (cs)
  ...[0x80, 0x64, 0x24, 25, 0xfe], // and byte [esp+25], ~1 (TF)
  ...[0x8b, 0x44, 0x24, 8, 0x36, 0xff, 0x04, 0x85, ...little(COUNTS, 4)], // mov eax, [esp+8] (vector); inc dword ss:[COUNTS+eax*4]
  ...[0x5b, 0x58, 0x83, 0xc4, 8, 0xcf], // pop ebx; pop eax; add esp, 8; iret
];

/** Within one run of instructions a page is read by way of two mappings: what a region has found is not true any more. */
const remap = (): number[] => [
  ...[0x50, 0x36, 0xa1, ...little(REMAPPED, 4)], // push eax; mov eax, ss:[REMAPPED]
  ...[0x36, 0x80, ...at(6, PAGE_TABLE + 4 * (REMAPPED >>> 12) + 1), 0x10], // xor byte ss:[its entry + 1], 10h
  ...[0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8], // mov eax, cr3; mov cr3, eax
  ...[0x36, 0xa1, ...little(REMAPPED, 4)], // mov eax, ss:[REMAPPED]
  ...[0x36, 0x01, ...at(0, COUNTS + 0x88), 0x58, 0xcf], // add ss:[COUNTS+0x88], eax; pop eax; iret
];

/** The handlers' code from HANDLERS on, and where each vector's begins. */
function handlers(): { readonly code: readonly number[]; readonly entries: ReadonlyMap<number, number> } {
  const code: number[] = [...COMMON];
  const entries = new Map<number, number>();
  const add = (vector: number, bytes: readonly number[]): void => {
    entries.set(vector, HANDLERS + code.length);
    code.push(...bytes);
  };
  for (let n = 0; n < EXCEPTIONS; n++) {
    if (n === DEBUG || n === NMI) continue;
    add(n, WITH_ERROR_CODE.has(n) ? [] : [0x6a, 0]);
    code.push(0x6a, n, 0xe9, ...little(-(code.length + 7), 4));
  }
  // A step is over: and dword [esp+8], ~TF; iret
  add(DEBUG, [0x81, 0x64, 0x24, 8, ...little(~0x100, 4), 0xcf]);
  add(NMI, [0x36, 0xff, ...at(0, COUNTS + 0x80), 0xcf]);
  add(CALL, [0xcf]);
  add(FLUSH, [0x50, 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8, 0x58, 0xcf]); // push eax; mov eax, cr3; mov cr3, eax; pop eax; iret
  add(REMAP, remap());
  add(EXTERNAL, [0x36, 0xff, ...at(0, COUNTS + 0x84), 0xcf]);
  return { code, entries };
}

/** What the kernel's memory holds before a program: bytes by address. */
export function kernel(): ReadonlyMap<number, readonly number[]> {
  const { code, entries } = handlers();
  const pieces = new Map<number, readonly number[]>([
    [HANDLERS, code],
    [TSS + 4, [...little(RING0_STACK, 4), ...little(DATA0, 4)]],
  ]);
  for (const [vector, handler] of entries) {
    // 32-bit interrupt gates; those of int n for ring 3.
    const dpl = vector === CALL || vector === FLUSH || vector === REMAP || vector === 3 || vector === 4 ? 0x60 : 0;
    pieces.set(IDT + 8 * vector, [...little(handler | (CODE0 << 16), 4), ...little((handler & 0xffff0000) | ((0x8e | dpl) << 8), 4)]);
  }
  return pieces;
}
/** Flat descriptors of ring 0 by selector: low and high doubleword. */
export const KERNEL_SEGMENTS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [CODE0, [0xffff, 0xcf9b00]],
  [DATA0, [0xffff, 0xcf9300]],
]);
