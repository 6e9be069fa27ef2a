/** The information a multiboot loader gives the kernel (Multiboot Specification 0.6.96, 3.3). */
import { physical } from "../cpu386/address.js";
import type { Memory } from "../cpu386/bus.js";
import { UserError } from "../errors.js";
import { type ElfFile, SHT_STRTAB, SHT_SYMTAB } from "./elf.js";
import type { Region } from "./multiboot.js";

export interface InformationRequest {
  readonly memory: Memory;
  readonly path: string;
  readonly used: readonly Region[];
  readonly commandLine: string;
  readonly modules: readonly { readonly start: number; readonly end: number; readonly string: string }[];
  readonly elf: ElfFile | undefined;
}

const FLAG = { memory: 1, commandLine: 4, modules: 8, elfSections: 32, memoryMap: 64, loaderName: 512 } as const;
const INFO_BYTES = 88;
const SHDR_BYTES = 40;
const AVAILABLE = 1;
const RESERVED = 2;

const MEGABYTE = 0x100000;
/** Where memory ends that the extended BIOS data area leaves below 640 KB, and where the BIOS itself would be. */
const LOW_END = 0x9fc00;
const BIOS = 0xf0000;
/** Above the real-mode vectors and the BIOS's data, where kernels may look for what a BIOS left. */
const LOW_START = 0x1000;

/** Writes the information, in low memory as long as it fits: what lies above its image a kernel may take for free. */
export function buildInformation(request: InformationRequest): { address: number; regions: readonly Region[] } {
  const { memory, modules, elf } = request;
  const writer = new Writer(request);
  const info = writer.reserve("multiboot information", INFO_BYTES);
  const words = new Uint32Array(INFO_BYTES / 4);
  let flags: number = FLAG.memory | FLAG.commandLine | FLAG.memoryMap | FLAG.loaderName;

  words[1] = Math.min(memory.size, LOW_END) >> 10;
  words[2] = Math.max(0, memory.size - MEGABYTE) >>> 10;
  words[4] = writer.string("command line", request.commandLine);
  if (modules.length > 0) {
    flags |= FLAG.modules;
    const list = modules.flatMap(({ start, end, string }) => [start, end, writer.string("module string", string), 0]);
    words[5] = modules.length;
    words[6] = writer.words("module list", list);
  }
  if (elf !== undefined && elf.sections.length > 0) {
    flags |= FLAG.elfSections;
    words.set(writeSections(elf, writer), 7);
  }
  const map = memoryMap(memory.size);
  words[11] = map.length * 4;
  words[12] = writer.words("memory map", map);
  words[16] = writer.string("boot loader name", "pok386");
  words[0] = flags;
  memory.poke(physical(info), bytesOf(words));
  return { address: info, regions: writer.regions };
}

/** Entries of {size of the rest, base, length, type}; base and length have 64 bits. */
function memoryMap(size: number): number[] {
  const entry = (base: number, end: number, type: number) => [20, base, 0, end - base, 0, type];
  return [
    ...entry(0, Math.min(size, LOW_END), AVAILABLE),
    ...entry(LOW_END, 0xa0000, RESERVED),
    ...entry(BIOS, MEGABYTE, RESERVED),
    ...(size > MEGABYTE ? entry(MEGABYTE, size, AVAILABLE) : []),
  ];
}

/** The section headers, and the symbol and string tables they speak of, with the addresses these have now. */
function writeSections(elf: ElfFile, writer: Writer): number[] {
  const headerOffset = new DataView(elf.bytes.buffer, elf.bytes.byteOffset).getUint32(32, true);
  const entrySize = new DataView(elf.bytes.buffer, elf.bytes.byteOffset).getUint16(46, true);
  const names = new DataView(elf.bytes.buffer, elf.bytes.byteOffset).getUint16(50, true);
  const headers = new Uint8Array(elf.sections.length * SHDR_BYTES);
  for (const [n, section] of elf.sections.entries()) {
    const at = headerOffset + n * entrySize;
    headers.set(elf.bytes.subarray(at, at + SHDR_BYTES), n * SHDR_BYTES);
    if (section.address === 0 && (section.type === SHT_SYMTAB || section.type === SHT_STRTAB)) {
      const address = writer.bytes(`section ${section.name}`, elf.contents(section));
      new DataView(headers.buffer).setUint32(n * SHDR_BYTES + 12, address, true);
    }
  }
  return [elf.sections.length, SHDR_BYTES, writer.bytes("section headers", headers), names];
}

/** Finds room for things, and writes them. */
class Writer {
  readonly regions: Region[] = [];

  constructor(private readonly request: InformationRequest) {}

  /** First fit, in low memory, else above 1 MB. */
  reserve(what: string, size: number): number {
    const { memory, path } = this.request;
    const start = this.firstFit(LOW_START, Math.min(LOW_END, memory.size), size) ?? this.firstFit(MEGABYTE, memory.size, size);
    if (start === undefined) throw new UserError(`${path}: no memory left for the ${what} (${size} bytes)`);
    this.regions.push({ what, start, end: start + size });
    return start;
  }

  bytes(what: string, bytes: Uint8Array): number {
    const start = this.reserve(what, bytes.length);
    this.request.memory.poke(physical(start), bytes);
    return start;
  }

  words(what: string, words: readonly number[]): number {
    return this.bytes(what, bytesOf(Uint32Array.from(words)));
  }

  string(what: string, text: string): number {
    return this.bytes(what, new TextEncoder().encode(`${text}\0`));
  }

  private firstFit(from: number, to: number, size: number): number | undefined {
    let start = from;
    for (;;) {
      const end = start + size;
      if (end > to) return undefined;
      const obstacle = [...this.request.used, ...this.regions].find((region) => region.start < end && region.end > start);
      if (obstacle === undefined) return start;
      start = Math.ceil(obstacle.end / 4) * 4;
    }
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, n) => {
    view.setUint32(4 * n, word, true);
  });
  return bytes;
}
