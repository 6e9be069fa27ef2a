/**
 * Pieces of random loops whose instructions belong together: control flow that comes back, changes of the loop's own code, of segment
 * registers and flags, strings with counts, walks over a limit, the x87.
 */
import { little } from "../machine.js";
import { selector } from "../oracle/generate.js";
import { CODE, DATA, selectorOf, WINDOW } from "../oracle/native.js";
import type { Random } from "../oracle/random.js";
import { CALL, DIRECTORY, FLAT, FLUSH, REMAP } from "./kernel.js";

export interface Place {
  readonly random: Random;
  /** Offset in CS of the piece's first byte. */
  readonly at: number;
  /** Operand and address size of the code segment. */
  readonly size: 2 | 4;
}
type Instructions = number[][];
type Piece = (p: Place) => Instructions;

const [EAX, ECX, EBX, ESP] = [0, 1, 3, 4];
const WORD = 0x66;
const ADDRESS = 0x67;

/** Instructions of 32-bit operands or addresses, in whatever segment. */
const dword = ({ size }: Place): number[] => (size === 4 ? [] : [WORD]);
const wideAddress = ({ size }: Place): number[] => (size === 4 ? [] : [ADDRESS]);
const move = (p: Place, register: number, value: number): number[] => [...dword(p), 0xb8 + register, ...little(value, 4)];
const notEsp = (random: Random): number => random.pick([0, 1, 2, 3, 5, 6, 7]);
const relative = (p: Place, opcode: number, distance: number): number[] => [opcode, ...little(distance, p.size)];

// Control ------------------------------------------------------------------------------------------------------------------------
/** A condition over inc ebx. */
const branchOver: Piece = ({ random }) => [[0x70 + random.below(16), 1], [0x43]];

/** call; jmp over; the callee: lea ax, [si+bx] or lea eax, [eax+ecx]; ret */
const callAndReturn: Piece = (p) => [
  relative(p, 0xe8, 2),
  [0xeb, 4],
  [0x8d, 0x04, ...(p.size === 4 ? [0x08] : [])],
  ...(p.size === 4 ? [] : [[0x90]]),
  [0xc3],
];

/** mov cl, n; call; jmp over; the callee: dec cl; js to the ret; call itself; ret */
const recursion: Piece = (p) => {
  const { size, random } = p;
  return [
    [0xb1, random.below(6)],
    relative(p, 0xe8, 2),
    [0xeb, 6 + size],
    [0xfe, 0xc9],
    [0x78, 1 + size],
    relative(p, 0xe8, -(5 + size)),
    [0xc3],
  ];
};

/** mov cl, n; and ecx, 7; inc ecx; dec esi; loop to it */
const counted: Piece = ({ random }) => [[0xb1, random.below(8)], [0x83, 0xe1, 7], [0x41], [0x4e], [random.pick([0xe0, 0xe1, 0xe2]), 0xfd]];

/** jcc back over one instruction, at most while edi counts. */
const backwards: Piece = () => [[0x4f], [0x83, 0xe7, 0x0f], [0x75, 0xfa]];

/** mov eax, place; jmp or call eax, where the place is behind it, or one of two. */
const indirect: Piece = (p) => {
  const { random, at, size } = p;
  const call = random.chance(40);
  const load = [0xb8, ...little(0, size)];
  const behind = at + load.length + 2;
  if (call) {
    // mov eax, callee; call eax; jmp over; callee: inc edx; ret
    return [[0xb8, ...little(behind + 2, size)], [0xff, 0xd0], [0xeb, 2], [0x42], [0xc3]];
  }
  // mov eax, behind; xor al, the low bit of ecx; jmp eax; nop or inc ebx
  const extra = [[0x89, 0xca], [0x83, 0xe2, 1], relativeAdd];
  const target = at + load.length + extra.flat().length + 2;
  return [[0xb8, ...little(target, size)], ...extra.map((e) => [...e]), [0xff, 0xe0], [0x41], [0x90]];
};
/** add eax, edx */
const relativeAdd = [0x01, 0xd0];

/** A far call and its return: call far; jmp over; callee: inc ebx; retf. Seldom to a segment of the other size. */
const farCall: Piece = ({ random, at, size }) => {
  const fit = size === 4 ? random.pick(["code", "executeOnly"] as const) : "code16";
  const to = random.chance(90) ? selectorOf(fit) : random.chance(50) ? selectorOf("code16") : selector(random);
  const call = 3 + size;
  return [[0x9a, ...little(at + call + 2, size), ...little(to, 2)], [0xeb, 2], [0x43], [0xcb]];
};

/** int n: one that comes back, one that flushes the TLB, one without a gate, one of ring 0's. */
const interrupt: Piece = ({ random }) => [[0xcd, random.pick([CALL, CALL, CALL, FLUSH, REMAP, REMAP, 0x77, 13])]];

// Flags --------------------------------------------------------------------------------------------------------------------------
/** cmp; setcc; cmovcc */
const conditions: Piece = ({ random }) => [
  [0x39, 0xc0 + random.below(64)],
  [0x0f, 0x90 + random.below(16), 0xc3],
  [0x0f, 0x40 + random.below(16), 0xca],
];
/** cli or sti: where IOPL allows, interrupts wait, or come behind the next instruction. */
const interruptFlag: Piece = ({ random }) => [[random.pick([0xfa, 0xfb])], [0x42]];
/** pushf; xor byte [esp+1], TF, IF or DF; popf */
const flagWord: Piece = (p) => [[0x9c], [...wideAddress(p), 0x80, 0x74, 0x24, 1, p.random.pick([0x01, 0x02, 0x02, 0x04])], [0x9d]];

// Data ---------------------------------------------------------------------------------------------------------------------------
const pushAndPop: Piece = ({ random }) => [[0x50 + random.below(8)], [0x58 + notEsp(random)]];

/** A stack pointer that means something again: mov esp, n */
const stackPointer: Piece = (p) => [
  move(p, ESP, p.random.chance(70) ? p.random.between(0x100, 0xf000) * 1 : p.random.pick([0, 2, 4, 6, 0xfffe, 0xffff, 0x8004])),
];

/** A pointer that walks over a limit: mov ebx, edge once in 16 turns; an access; add ebx, step */
const walk: Piece = (p) => {
  const { random } = p;
  const edge = random.pick([0x10000, 0x8000, 0xf000, 0x7fff]) - random.below(24);
  const access = random.pick([
    [0x8b, 0x13],
    [0x01, 0x13],
    [0x8a, 0x33],
    [0x66, 0x89, 0x03],
    [0x0f, 0xab, 0x0b],
    [0xff, 0x33],
    [0x8f, 0x03],
    [0x87, 0x13],
  ]);
  const segment = random.chance(50) ? [random.pick([0x26, 0x36, 0x64, 0x65])] : [];
  return [
    [0x47],
    [...dword(p), 0xf7, 0xc7, ...little(15, 4)],
    [0x75, 5 + dword(p).length],
    move(p, EBX, edge),
    [...segment, ...wideAddress(p), ...access],
    [...dword(p), 0x83, 0xc3, random.pick([1, 2, 4, 4, 8, 0xfc])],
  ];
};

/** The string instructions with counts, forwards and backwards, near edges: into a fault in their midst, too. */
const string: Piece = (p) => {
  const { random } = p;
  const edge = (): number =>
    random.chance(60) ? random.between(0x100, 0xf000) : random.pick([0x10000, 0x8000, 0x7000, 0xb000]) - random.below(64);
  const operation = random.pick([0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf]);
  const prefixes = [random.pick([0xf2, 0xf3]), ...(random.chance(30) ? [WORD] : []), ...(random.chance(20) ? [ADDRESS] : [])];
  return [
    [random.chance(75) ? 0xfc : 0xfd],
    move(p, ECX, random.below(random.chance(80) ? 40 : 400)),
    ...(random.chance(70) ? [move(p, 6, edge())] : []),
    ...(random.chance(70) ? [move(p, 7, edge())] : []),
    [...prefixes, operation],
  ];
};

/** A segment register loaded, then used: push; pop, or mov eax; mov. */
const segmentLoad: Piece = (p) => {
  const { random, size } = p;
  const value = random.chance(60)
    ? selectorOf(random.pick(["data", "odd", "pages", "expandDown", "readOnly", "wideExpandDown"] as const))
    : selector(random);
  const n = random.pick([0, 0, 2, 3, 4, 4, 5]);
  const pops: Record<number, number[]> = { 0: [0x07], 2: [0x17], 3: [0x1f], 4: [0x0f, 0xa1], 5: [0x0f, 0xa9] };
  const load = random.chance(50) ? [[0x68, ...little(value, size)], pops[n]!] : [move(p, EAX, value), [0x8e, 0xc0 | (n << 3)]];
  const prefix = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65][n]!;
  return [...load, [prefix, ...wideAddress(p), 0x01, 0x15, ...little(random.pick([0x4000, 0x7ffe, 0x9000, 0xfffd]), 4)]];
};
/** What ds, and ss, were at first, or are mostly, so that not all the rest of a loop is faults. */
const backToData: Piece = ({ random, size }) => [[0x68, ...little(selectorOf("data"), size)], random.pick([[0x07], [0x17], [0x1f]])];

// The loop's own code, and page tables -------------------------------------------------------------------------------------------
/** push FLAT; pop fs; a store by way of fs to the immediate of mov dl, or of mov edx, behind it, or before. */
const ownCode: Piece = (p) => {
  const { random, at, size } = p;
  const victim = [0xb2, random.below(256)];
  const load = [
    [0x68, ...little(FLAT, size)],
    [0x0f, 0xa1],
  ];
  const store = (address: number): number[] => [0x64, ...wideAddress(p), 0x80, 0x35, ...little(address, 4), random.below(256)];
  const before = random.chance(50);
  const head = before ? victim.length + load.flat().length : load.flat().length;
  const address = before ? CODE + at + 1 : CODE + at + head + store(0).length + 1;
  return before ? [victim, ...load, store(address)] : [...load, store(address), victim];
};
/** The same, of the first byte: inc ebx becomes inc edx and again inc ebx. */
const otherInstruction: Piece = (p) => {
  const load = [
    [0x68, ...little(FLAT, p.size)],
    [0x0f, 0xa1],
  ];
  const store = (address: number): number[] => [0x64, ...wideAddress(p), 0x80, 0x35, ...little(address, 4), 1];
  const address = CODE + p.at + load.flat().length + store(0).length;
  return [...load, store(address), [0x42]];
};

/** The store of an operation that regions call (rcl, or fistp of a number that grows) into the immediate of mov edx behind it. */
const byOperation: Piece = (p) => {
  const { random, size } = p;
  const flat = [
    [0x68, ...little(FLAT, size)],
    [0x0f, 0xa1],
  ];
  const counter = little(0x3000, 4);
  // inc dword [counter]; fild dword [counter]
  const count = [
    [...wideAddress(p), ...dword(p), 0xff, 0x05, ...counter],
    [...wideAddress(p), 0xdb, 0x05, ...counter],
  ];
  const isFloat = random.chance(50);
  const load = [...flat, ...(isFloat ? count : [])];
  const operation = isFloat ? [0xdb, 0x1d] : [random.pick([0xd0, 0xd3]), random.pick([0x15, 0x1d])];
  const store = (address: number): number[] => [0x64, ...wideAddress(p), ...dword(p), ...operation, ...little(address, 4)];
  const address = CODE + p.at + load.flat().length + store(0).length + 1 + dword(p).length;
  return [...load, store(address), [...dword(p), 0xba, ...little(random.word(), 4)], [0x42]];
};
/** With paging: a page of the data becomes read-only or not present, or is again; the TLB may know it as it was, or is flushed. */
const pageEntry: Piece = (p) => {
  const { random, size } = p;
  const entry = DIRECTORY + 0x1000 + 4 * ((DATA >>> 12) + random.below(WINDOW >>> 12));
  const change = [0x64, ...wideAddress(p), 0x80, 0x35, ...little(entry, 4), random.pick([1, 2, 2])];
  return [[0x68, ...little(FLAT, size)], [0x0f, 0xa1], change, ...(random.chance(70) ? [[0xcd, FLUSH]] : [])];
};

// The x87 ------------------------------------------------------------------------------------------------------------------------
/** Loads, arithmetic, stores and fnstsw; transcendentals cost too much. */
const float: Piece = (p) => {
  const { random } = p;
  const address = (): number[] => little(random.pick([0x2000, 0x2008, 0x2010, 0x7ffc, 0xfffc, 0x2003]), 4);
  const memory = (opcode: number, digit: number): number[] => [...wideAddress(p), opcode, (digit << 3) | 5, ...address()];
  return Array.from({ length: random.between(1, 4) }, () => {
    switch (random.below(7)) {
      case 0:
        return memory(random.pick([0xd9, 0xdb, 0xdd, 0xdf]), 0);
      case 1:
        return memory(random.pick([0xd9, 0xdb, 0xdd, 0xdf]), random.pick([2, 3]));
      case 2:
        return memory(random.pick([0xd8, 0xda, 0xdc, 0xde]), random.below(8));
      case 3:
        return [0xd9, 0xe8 + random.below(7)];
      case 4:
        return [random.pick([0xd8, 0xdc, 0xde]), 0xc0 + random.below(64)];
      case 5:
        return random.pick([[0xdf, 0xe0], [0xdb, 0xe2], [0xd9, 0xc9], [0xdb, 0xe3], [0x9b]]);
      default:
        return [0xd9, random.pick([0xc0, 0xe0, 0xe1, 0xe4, 0xe5, 0xfc, 0xfa])];
    }
  });
};

/** Those named more than once come more often. */
const PIECES: readonly Piece[] = [
  ...[branchOver, branchOver, callAndReturn, callAndReturn, recursion, counted, counted, backwards, indirect, farCall, interrupt],
  ...[conditions, conditions, interruptFlag, flagWord, pushAndPop, pushAndPop, stackPointer, walk, walk, walk, string, string],
  ...[segmentLoad, segmentLoad, backToData, ownCode, otherInstruction, byOperation, pageEntry, float],
];
export const piece = (p: Place): Instructions => p.random.pick(PIECES)(p);
