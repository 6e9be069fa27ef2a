/**
 * Kernels of a few instructions, assembled here, where a compiled one would be too well-behaved: bytes with labels, behind a multiboot
 * header that says itself what goes where (Multiboot Specification 0.6.96, 3.1.3).
 */

export const BASE = 0x100000;
const MAGIC = 0x1badb002;
const ADDRESSES = 0x10000;
const HEADER_BYTES = 32;

/** A byte, or a label whose address (plus an addend) takes four. */
export type Piece = number | string | { readonly label: string; readonly plus: number } | readonly Piece[];

/** A 32-bit number as bytes. */
export const long = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
export const word = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
export const text = (value: string): number[] => [...Buffer.from(value, "latin1")];
/** Marks the place: `at("again")` is what "again" stands for elsewhere. */
export const at = (name: string): string => `${name}:`;

export interface TinyKernel {
  readonly image: Uint8Array;
  readonly labels: ReadonlyMap<string, number>;
}

/** The entry point is the first piece. */
export function tinyKernel(...pieces: readonly Piece[]): TinyKernel {
  const start = BASE + HEADER_BYTES;
  const labels = new Map<string, number>();
  const bytes: number[] = [];
  const references: { readonly at: number; readonly label: string; readonly plus: number }[] = [];
  const place = (piece: Piece): void => {
    if (typeof piece === "number") bytes.push(piece & 0xff);
    else if (typeof piece === "string" && piece.endsWith(":")) labels.set(piece.slice(0, -1), start + bytes.length);
    else if (Array.isArray(piece)) for (const each of piece as readonly Piece[]) place(each);
    else {
      const { label, plus } = typeof piece === "string" ? { label: piece, plus: 0 } : (piece as { label: string; plus: number });
      references.push({ at: bytes.length, label, plus });
      bytes.push(0, 0, 0, 0);
    }
  };
  for (const piece of pieces) place(piece);
  for (const { at: where, label, plus } of references) {
    const address = labels.get(label);
    if (address === undefined) throw new Error(`there is no label ${label}`);
    bytes.splice(where, 4, ...long(address + plus));
  }
  const header = [MAGIC, ADDRESSES, -(MAGIC + ADDRESSES), BASE, BASE, 0, 0, start].flatMap(long);
  return { image: Uint8Array.from([...header, ...bytes]), labels };
}

/** A segment descriptor (SDM volume 3, 3.4.5); a limit above 1 MB is given in pages. */
export function descriptor(access: number, base: number, limit: number, flags = 4): number[] {
  const pages = limit > 0xfffff;
  const field = pages ? limit >>> 12 : limit;
  const top = ((flags | (pages ? 8 : 0)) << 4) | (field >>> 16);
  return [...word(field), ...word(base), (base >>> 16) & 0xff, access, top, base >>> 24];
}

/** An interrupt gate; the handler's address must be known. */
export const interruptGate = (selector: number, handler: number, dpl = 0): number[] => [
  ...word(handler),
  ...word(selector),
  0,
  0x8e | (dpl << 5),
  ...word(handler >>> 16),
];

/** Instructions by their names, as far as these kernels need them. */
export const cli = 0xfa;
export const sti = 0xfb;
export const hlt = 0xf4;
export const nop = 0x90;
export const ud2 = [0x0f, 0x0b];
export const iret = 0xcf;
export const jumpToItself = [0xeb, 0xfe];
export const int = (vector: number): Piece => [0xcd, vector];
export const push = (value: Piece): Piece => [0x68, value];
export const movEax = (value: Piece): Piece => [0xb8, value];
export const movAl = (value: number): Piece => [0xb0, value];
export const movDx = (value: number): Piece => [0x66, 0xba, word(value)];
export const outAlTo = (port: number): Piece => [0xe6, port];
export const outDxAl = 0xee;
export const outDxAx = [0x66, 0xef];
export const inAlDx = 0xec;
/** Their operand is a limit and a base in memory. */
export const lgdt = (place: Piece): Piece => [0x0f, 0x01, 0x15, place];
export const lidt = (place: Piece): Piece => [0x0f, 0x01, 0x1d, place];
export const ltr = (selector: number): Piece => [0x66, 0xb8, word(selector), 0x0f, 0x00, 0xd8];
export const jumpFar = (selector: number, place: Piece): Piece => [0xea, place, word(selector)];
export const movEsp = (value: Piece): Piece => [0xbc, value];
/** The same selector for all data segment registers of the kernel. */
export const loadData = (selector: number): Piece => [
  0x66,
  0xb8,
  word(selector),
  0x8e,
  0xd8,
  0x8e,
  0xc0,
  0x8e,
  0xd0,
  0x8e,
  0xe0,
  0x8e,
  0xe8,
];

/** QEMU's isa-debug-exit. */
export const debugExit = (value: number): Piece => [movAl(value), outAlTo(0xf4)];
/** ACPI's soft off, where QEMU's PC has it. */
export const powerOff: Piece = [movEax(long(0x2000)), movDx(0x604), outDxAx];
