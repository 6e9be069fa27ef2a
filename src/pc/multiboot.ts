/** Puts a multiboot kernel into memory as a boot loader would (Multiboot Specification 0.6.96; section numbers below are its). */
import { type Physical, physical } from "../cpu386/address.js";
import type { Memory } from "../cpu386/bus.js";
import { UserError } from "../errors.js";
import { ElfFile, isElf, PT_LOAD } from "./elf.js";
import { buildInformation } from "./multiboot-info.js";

export interface MultibootRequest {
  /** The kernel's file name, for messages and for its argv[0]. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What follows the file name on the kernel's command line. */
  readonly commandLine?: string;
  readonly modules?: readonly MultibootModule[];
}

export interface MultibootModule {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The string the kernel gets with it; the path unless given. */
  readonly string?: string;
}

/** Memory that is in use: [start, end). */
export interface Region {
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

export interface LoadedImage {
  /** Physical address of the first instruction. */
  readonly entry: Physical;
  /** Physical address of the multiboot information: EBX at entry. */
  readonly info: Physical;
  readonly regions: readonly Region[];
  /** The kernel as an ELF file, for its symbols; undefined if it is not one. */
  readonly elf: ElfFile | undefined;
}

const HEADER_MAGIC = 0x1badb002;
const HEADER_SEARCH = 8192;
const PAGE = 4096;
const MEGABYTE = 0x100000;

/** Header flags (3.1.2). Those in bits 0-15 must be understood by the loader. */
const FLAG = { pageAlignModules: 1, memoryInfo: 2, video: 4, addresses: 0x10000 } as const;
const UNDERSTOOD = FLAG.pageAlignModules | FLAG.memoryInfo;

interface Header {
  readonly offset: number;
  readonly flags: number;
}

interface Image {
  readonly entry: number;
  readonly regions: readonly Region[];
}

/** @throws UserError, one line that names the file */
export function loadMultiboot(request: MultibootRequest, memory: Memory): LoadedImage {
  const { path, bytes } = request;
  const header = findHeader(request);
  const elf = header.flags & FLAG.addresses ? optionalElf(bytes, path) : new ElfFile(bytes, path);
  const image = header.flags & FLAG.addresses ? loadByAddresses(request, header, memory) : loadElf(elf!, memory);
  const regions = [...image.regions];

  let free = Math.max(MEGABYTE, ...regions.map(({ end }) => end));
  const modules = (request.modules ?? []).map((module) => {
    const start = alignPage(free);
    const region = { what: module.path, start, end: start + module.bytes.length };
    place(memory, region, module.bytes, module.path);
    regions.push(region);
    free = region.end;
    return { start, end: region.end, string: module.string ?? module.path };
  });

  const info = buildInformation({
    memory,
    path,
    used: regions,
    commandLine: request.commandLine ? `${path} ${request.commandLine}` : path,
    modules,
    elf,
  });
  regions.push(...info.regions);
  return { entry: physical(image.entry), info: physical(info.address), regions, elf };
}

/** 3.1: in the first 8 KB of the file, on a 4-byte boundary, with a checksum. */
function findHeader({ path, bytes }: MultibootRequest): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset + 12 <= Math.min(bytes.length, HEADER_SEARCH); offset += 4) {
    if (view.getUint32(offset, true) !== HEADER_MAGIC) continue;
    const flags = view.getUint32(offset + 4, true);
    if ((HEADER_MAGIC + flags + view.getUint32(offset + 8, true)) % 0x100000000 !== 0) continue;
    if (flags & FLAG.video) throw new UserError(`${path}: multiboot header asks for a video mode (flag 2); there is only the text screen`);
    const unknown = flags & 0xffff & ~UNDERSTOOD;
    if (unknown) throw new UserError(`${path}: multiboot header requires a feature that is not known (flags 0x${unknown.toString(16)})`);
    return { offset, flags };
  }
  throw new UserError(`${path}: no multiboot header in the first 8 KB; is it a kernel?`);
}

function optionalElf(bytes: Uint8Array, path: string): ElfFile | undefined {
  if (!isElf(bytes)) return undefined;
  try {
    return new ElfFile(bytes, path);
  } catch (error) {
    if (error instanceof UserError) return undefined; // loading does not depend on it
    throw error;
  }
}

function loadElf(elf: ElfFile, memory: Memory): Image {
  const regions: Region[] = [];
  let { entry } = elf;
  for (const [n, segment] of elf.segments.entries()) {
    if (segment.type !== PT_LOAD || segment.memsz === 0) continue;
    const region = { what: `segment ${n}`, start: segment.paddr, end: segment.paddr + segment.memsz };
    place(memory, region, elf.contents(segment), elf.path);
    regions.push(region);
    // The entry point is a virtual address, but paging is off.
    const inside = elf.entry - segment.vaddr;
    if (inside >= 0 && inside < segment.memsz) entry = segment.paddr + inside;
  }
  if (regions.length === 0) throw new UserError(`${elf.path}: no segments to load`);
  return { entry, regions };
}

/** 3.1.3: the header itself says what goes where, for files that are not ELF ("a.out kludge"). */
function loadByAddresses({ path, bytes }: MultibootRequest, { offset }: Header, memory: Memory): Image {
  const refuse = (what: string): never => {
    throw new UserError(`${path}: multiboot header: ${what}`);
  };
  if (offset + 32 > bytes.length) refuse("truncated");
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
  const [headerAddress = 0, load = 0, loadEnd = 0, bssEnd = 0, entry = 0] = [12, 16, 20, 24, 28].map((at) => view.getUint32(at, true));

  const first = offset - (headerAddress - load);
  if (headerAddress < load || first < 0) refuse("load_addr and header_addr do not fit the header's place in the file");
  const size = loadEnd === 0 ? bytes.length - first : loadEnd - load;
  if (size < 0) refuse("load_end_addr is below load_addr");
  if (first + size > bytes.length) refuse(`truncated: load_end_addr is ${first + size - bytes.length} bytes beyond the file`);
  if (bssEnd !== 0 && bssEnd < load + size) refuse("bss_end_addr is below the end of what is loaded");

  const region = { what: "image", start: load, end: Math.max(load + size, bssEnd) };
  place(memory, region, bytes.subarray(first, first + size), path);
  return { entry, regions: [region] };
}

/** Fills a region: `bytes`, then zeros. */
function place(memory: Memory, { what, start, end }: Region, bytes: Uint8Array, path: string): void {
  if (end > memory.size) {
    const megabytes = Math.floor(memory.size / MEGABYTE);
    throw new UserError(`${path}: ${what} (0x${start.toString(16)} to 0x${end.toString(16)}) does not fit in ${megabytes} MB of memory`);
  }
  memory.poke(physical(start), bytes);
  const zeros = new Uint8Array(Math.min(end - start - bytes.length, 0x10000));
  for (let at = start + bytes.length; at < end; at += zeros.length) {
    memory.poke(physical(at), zeros.subarray(0, end - at));
  }
}

function alignPage(address: number): number {
  return Math.ceil(address / PAGE) * PAGE;
}
