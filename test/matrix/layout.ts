/** The area of memory in which the cases happen, as src/guest/matrix/engine.S knows it, and what it holds before a case changes it. */

export const AREA = 0x10000;
export const AREA_BYTES = 0x2200;
export const MONITOR_TSS = 0x9000;
export const MONITOR_STACK = 0x8000;
/** Where the engine lies in a ROM of 64 KB, and where it jumps to the test from. */
export const ENGINE = 0xfc00;
export const ENGINE_JUMP = ENGINE + 0x236;

/** Offsets in the area. */
export const GDT = 0;
export const GDT_LIMIT = 0x137;
export const LDT = 0x200;
export const LDT_LIMIT = 0x1f;
export const IDT = 0x280;
export const IDT_LIMIT = 0x1ff;
export const TEST_TSS = 0x500;
export const OTHER_TSS = 0x580;
export const SMALL_TSS = 0x600;
const VECTOR_TSS = 0x680;
export const CODE = 0x2100;
/** A place full of ud2 that transfers go to. */
export const TARGET = 0x2180;
/** What loads and stores touch. */
export const DATA = 0x1c00;
/** Tops of the stacks that a task begins with at each ring, and that its TSS gives for rings 0 to 2. */
export const stackOf = (ring: number): number => 0x1100 + ring * 0x100;
export const innerStackOf = (ring: number): number => 0x1500 + ring * 0x100;
export const OTHER_STACK = 0x1900;

/** Selectors without their RPL. */
export const SELECTOR = {
  monitorCode: 0x08,
  monitorData: 0x10,
  monitorTss: 0x18,
  testTss: 0x20,
  otherTss: 0x28,
  smallTss: 0x30,
  ldt: 0x78,
  /** Three that are the cases' own. */
  x: 0x80,
  y: 0x88,
  z: 0x90,
  vectorTss: 0xa8,
  beyond: 0x138,
} as const;
/** Code and data of each ring: the area from its first byte to its last, their RPL the ring. */
export const codeOf = (ring: number): number => (0x38 + ring * 8) | ring;
export const dataOf = (ring: number): number => (0x58 + ring * 8) | ring;
/** Selectors of the LDT's first two descriptors, without RPL. */
export const LOCAL_CODE = 4;
export const LOCAL_DATA = 12;

/** Fields of a 32-bit TSS (SDM volume 3, figure 7-2) and of a 16-bit one (figure 7-10). */
export const TSS32 = {
  link: 0,
  sp0: 4,
  ss0: 8,
  cr3: 28,
  ip: 32,
  flags: 36,
  general: 40,
  es: 72,
  cs: 76,
  ss: 80,
  ds: 84,
  fs: 88,
  gs: 92,
  ldt: 96,
};
export const TSS16 = { link: 0, sp0: 2, ss0: 4, ip: 14, flags: 16, general: 18, es: 34, cs: 36, ss: 38, ds: 40, ldt: 42 };

export const TYPE = {
  tss16: 1,
  ldt: 2,
  busyTss16: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  tss32: 9,
  busyTss32: 11,
  callGate32: 12,
  interruptGate32: 14,
  trapGate32: 15,
  readOnly: 0x10,
  data: 0x12,
  readOnlyDown: 0x14,
  dataDown: 0x16,
  executeOnly: 0x18,
  code: 0x1a,
  executeOnlyConforming: 0x1c,
  conforming: 0x1e,
} as const;

export type Doublewords = readonly [low: number, high: number];
export interface SegmentFields {
  /** S and the type field: 0x10 and above are code and data. */
  readonly type: number;
  readonly dpl?: number;
  readonly absent?: boolean;
  readonly base?: number;
  /** The field of twenty bits. */
  readonly limit?: number;
  readonly big?: boolean;
  readonly pages?: boolean;
}

/** SDM volume 3, figure 3-8. */
export function segment({
  type,
  dpl = 0,
  absent = false,
  base = AREA,
  limit = AREA_BYTES - 1,
  big = true,
  pages = false,
}: SegmentFields): Doublewords {
  const low = ((base & 0xffff) << 16) | (limit & 0xffff);
  const attributes = (type << 8) | (dpl << 13) | (absent ? 0 : 0x8000) | (big ? 0x400000 : 0) | (pages ? 0x800000 : 0);
  return [low >>> 0, ((base & 0xff000000) | ((base >>> 16) & 0xff) | (limit & 0xf0000) | attributes) >>> 0];
}
/** SDM volume 3, figures 5-8 and 6-2. */
export function gate(
  type: number,
  selector: number,
  offset: number,
  o: { dpl?: number; absent?: boolean; parameters?: number } = {},
): Doublewords {
  const high = (offset & 0xffff0000) | (o.absent ? 0 : 0x8000) | ((o.dpl ?? 0) << 13) | (type << 8) | (o.parameters ?? 0);
  return [((selector << 16) | (offset & 0xffff)) >>> 0, high >>> 0];
}

const ACCESSED = 1;
export const VECTORS = 18;

class Image {
  readonly bytes = new Uint8Array(AREA_BYTES);
  private readonly view = new DataView(this.bytes.buffer);
  put(at: number, value: number, size: 2 | 4 = 4): void {
    if (size === 4) this.view.setUint32(at, value, true);
    else this.view.setUint16(at, value, true);
  }
  descriptor(at: number, [low, high]: Doublewords): void {
    this.put(at, low);
    this.put(at + 4, high);
  }
}

function putTables(image: Image): void {
  const gdt = (selector: number, d: Doublewords): void => image.descriptor(GDT + (selector & 0xfff8), d);
  const tss = (selector: number, base: number, type: number, limit: number): void =>
    gdt(selector, segment({ type, base, limit, big: false }));
  gdt(SELECTOR.monitorCode, segment({ type: TYPE.code | ACCESSED, base: 0xf0000, limit: 0xffff }));
  gdt(SELECTOR.monitorData, segment({ type: TYPE.data | ACCESSED, base: 0, limit: 0xfffff, pages: true }));
  tss(SELECTOR.monitorTss, MONITOR_TSS, TYPE.tss32, 0x67);
  tss(SELECTOR.testTss, AREA + TEST_TSS, TYPE.tss32, 0x67);
  tss(SELECTOR.otherTss, AREA + OTHER_TSS, TYPE.tss32, 0x67);
  tss(SELECTOR.smallTss, AREA + SMALL_TSS, TYPE.tss16, 0x2b);
  gdt(SELECTOR.ldt, segment({ type: TYPE.ldt, base: AREA + LDT, limit: LDT_LIMIT, big: false }));
  for (let ring = 0; ring < 4; ring++) {
    gdt(codeOf(ring), segment({ type: TYPE.code | ACCESSED, dpl: ring }));
    gdt(dataOf(ring), segment({ type: TYPE.data | ACCESSED, dpl: ring }));
  }
  image.descriptor(LDT, segment({ type: TYPE.code }));
  image.descriptor(LDT + 8, segment({ type: TYPE.data }));
  for (let vector = 0; vector < VECTORS; vector++) {
    const selector = SELECTOR.vectorTss + 8 * vector;
    const base = VECTOR_TSS + 0x80 * vector;
    tss(selector, AREA + base, TYPE.tss32, 0x67);
    image.descriptor(IDT + 8 * vector, gate(TYPE.taskGate, selector, 0));
    putMonitor(image, base, vector);
  }
}

/** The task that reports a vector. */
function putMonitor(image: Image, tss: number, vector: number): void {
  image.put(tss + TSS32.ip, ENGINE + 16 * vector);
  image.put(tss + TSS32.flags, 2);
  image.put(tss + TSS32.general + 16, MONITOR_STACK);
  for (const at of [TSS32.es, TSS32.ss, TSS32.ds]) image.put(tss + at, SELECTOR.monitorData);
  image.put(tss + TSS32.cs, SELECTOR.monitorCode);
}

/** A task that begins at `ip` in a ring, with its own stack; the general registers hold values that say which they are. */
function putTask(image: Image, tss: number, ip: number, ring: number, stack: number): void {
  for (let n = 0; n < 3; n++) {
    image.put(tss + TSS32.sp0 + 8 * n, innerStackOf(n));
    image.put(tss + TSS32.ss0 + 8 * n, dataOf(n));
  }
  image.put(tss + TSS32.ip, ip);
  image.put(tss + TSS32.flags, 2);
  for (let n = 0; n < 8; n++) image.put(tss + TSS32.general + 4 * n, 0xa0a00000 + n * 0x0101);
  image.put(tss + TSS32.general + 16, stack);
  for (const at of [TSS32.es, TSS32.ss, TSS32.ds, TSS32.fs, TSS32.gs]) image.put(tss + at, dataOf(ring));
  image.put(tss + TSS32.cs, codeOf(ring));
  image.put(tss + TSS32.ldt, SELECTOR.ldt);
}

function putSmallTask(image: Image, tss: number, ip: number, stack: number): void {
  for (let n = 0; n < 3; n++) {
    image.put(tss + TSS16.sp0 + 4 * n, innerStackOf(n), 2);
    image.put(tss + TSS16.ss0 + 4 * n, dataOf(n), 2);
  }
  image.put(tss + TSS16.ip, ip, 2);
  image.put(tss + TSS16.flags, 2, 2);
  for (let n = 0; n < 8; n++) image.put(tss + TSS16.general + 2 * n, 0xb000 + n * 0x11, 2);
  image.put(tss + TSS16.general + 8, stack, 2);
  for (const at of [TSS16.es, TSS16.ss, TSS16.ds]) image.put(tss + at, dataOf(0), 2);
  image.put(tss + TSS16.cs, codeOf(0), 2);
  image.put(tss + TSS16.ldt, SELECTOR.ldt, 2);
}

/** Before any case: every vector below 18 leads to its task, the test's task is in ring 0, and all code is ud2. */
export function initialArea(): Uint8Array {
  const image = new Image();
  putTables(image);
  putTask(image, TEST_TSS, CODE, 0, stackOf(0));
  putTask(image, OTHER_TSS, TARGET, 0, OTHER_STACK);
  putSmallTask(image, SMALL_TSS, TARGET, OTHER_STACK);
  for (let at = 0x1000; at < 0x2000; at += 4) image.put(at, (0xd0000000 | (at * 0x101)) >>> 0);
  for (let at = 0x2000; at < AREA_BYTES; at += 2) image.put(at, 0x0b0f, 2);
  return image.bytes;
}
