/**
 * A kernel of POK's family that shares nothing with the sample but the idea: its GDT is set up late, in the middle of the table, data
 * before code, the second partition not present, with an alias, an extra data segment, a conforming and a half pair that are no partitions.
 */
import {
  at,
  cli,
  descriptor,
  int,
  interruptGate,
  iret,
  jumpFar,
  jumpToItself,
  lgdt,
  lidt,
  loadData,
  long,
  ltr,
  movEax,
  movEsp,
  nop,
  type Piece,
  push,
  type TinyKernel,
  text,
  tinyKernel,
  word,
} from "./tiny-kernel.js";

const [READ_ONLY3, DATA3, CODE3, CONFORMING3] = [0xf0, 0xf2, 0xfa, 0xfe];
const NOT_PRESENT = ~0x80;
export const SYSCALL = 0x30;

/** Where partitions lie, and what the kernel's table says of them. */
export const FIRST = { base: 0x200000, limit: 0x2ffff, data: 0x53, code: 0x5b };
export const SECOND = { base: 0x300010, limit: 0x1ff, data: 0x7b, code: 0x83 };

const GDT: readonly number[] = [
  ...Array(8).fill(0),
  ...descriptor(0x9a, 0, 0xffffffff, 4), // 0x08 kernel code
  ...descriptor(0x92, 0, 0xffffffff, 4), // 0x10 kernel data
  ...Array(8 * 6).fill(0),
  ...descriptor(READ_ONLY3, FIRST.base, FIRST.limit), // 0x48 an alias: the first partition's data, read-only
  ...descriptor(DATA3, FIRST.base, FIRST.limit), // 0x50
  ...descriptor(CODE3, FIRST.base, FIRST.limit), // 0x58
  ...descriptor(CODE3, FIRST.base, 0xfff), // 0x60 another alias: the head of its code
  ...descriptor(DATA3, 0xb8000, 0xf9f), // 0x68 an extra data segment: the screen
  ...descriptor(CODE3, 0x380000, 0xfff), // 0x70 half a pair
  ...descriptor(DATA3 & NOT_PRESENT, SECOND.base, SECOND.limit), // 0x78
  ...descriptor(CODE3 & NOT_PRESENT, SECOND.base, SECOND.limit), // 0x80
  ...descriptor(CONFORMING3, 0x390000, 0xfff), // 0x88 conforming code with data of its base: shared routines
  ...descriptor(DATA3, 0x390000, 0xfff), // 0x90
];
const TSS_SELECTOR = 0x98;
const ESP0 = 0x180000;

/** mov [address], value: where a partition's code is put, and a TSS set up. */
const store = (address: number, value: number): Piece => [0xc7, 0x05, long(address), long(value)];
const storeBytes = (address: number, bytes: readonly number[]): Piece[] =>
  Array.from({ length: Math.ceil(bytes.length / 4) }, (_, n) => {
    const four = [0, 1, 2, 3].map((k) => bytes[n * 4 + k] ?? 0x90);
    return store(address + n * 4, Buffer.from(four).readUInt32LE());
  });

const TSS = 0x170000;
const IDT = 0x171000;
const ENTRY = 0x40;
/** The first partition: counts in memory, and calls the kernel again and again. */
const PARTITION = [nop, [0xff, 0x05, ...long(0x100)], [0xcd, SYSCALL], [0xeb, 0xf5]].flat();

export const otherLayout = (): TinyKernel => {
  const build = (handler: number): TinyKernel =>
    tinyKernel(
      ...[cli, movEsp(long(ESP0)), movEax(long(0)), nop, nop],
      ...storeBytes(FIRST.base + ENTRY, PARTITION),
      ...[store(TSS + 4, ESP0), store(TSS + 8, 0x10)],
      ...storeBytes(IDT + SYSCALL * 8, interruptGate(8, handler, 3)),
      at("before_gdt"),
      ...[lgdt("gdtr"), lidt("idtr"), jumpFar(8, "flat"), at("flat"), loadData(0x10), ltr(TSS_SELECTOR)],
      at("after_gdt"),
      ...[push(long(FIRST.data)), push(long(0x1000)), push(long(2)), push(long(FIRST.code)), push(long(ENTRY))],
      ...[loadData3(), at("enter"), iret],
      ...[at("handler"), nop, at("leave"), iret, jumpToItself, int(3)],
      ...[at("gdt"), GDT, descriptor(0x89, TSS, 0x67, 0)],
      ...[at("gdtr"), word(GDT.length + 7), "gdt", at("idtr"), word(SYSCALL * 8 + 7), long(IDT), text("\0")],
    );
  return build(build(0).labels.get("handler")!);
};

/** ds, es, fs, gs of the first partition. */
const loadData3 = (): Piece => [0x66, 0xb8, word(FIRST.data), 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8];
