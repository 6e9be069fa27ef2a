/**
 * A reader of ELF files for the i386 (System V ABI, chapters 4 and 5). Files come from users, so nothing in them is believed: every
 * offset and size is checked before use, and a file that breaks a rule is refused with one line that says which and where.
 */
import { UserError } from "../errors.js";

export interface ElfSegment {
  /** 1 = PT_LOAD. */
  readonly type: number;
  readonly offset: number;
  readonly vaddr: number;
  readonly paddr: number;
  readonly filesz: number;
  readonly memsz: number;
  readonly flags: number;
}

export interface ElfSection {
  readonly name: string;
  /** 1 = PROGBITS, 2 = SYMTAB, 3 = STRTAB, 8 = NOBITS (no bytes in the file). */
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

export type ElfSymbolType = "none" | "object" | "function" | "section" | "file" | "other";

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly type: ElfSymbolType;
  /** Visible outside the file it comes from (global or weak). */
  readonly global: boolean;
  /** Index of its section; 0 = undefined, 0xfff1 = an absolute value. */
  readonly section: number;
}

export const PT_LOAD = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;

const EHDR_BYTES = 52;
const PHDR_BYTES = 32;
const SHDR_BYTES = 40;
const SYM_BYTES = 16;
const ET_EXEC = 2;
const ET_DYN = 3;
const EM_386 = 3;
const SYMBOL_TYPES: readonly ElfSymbolType[] = ["none", "object", "function", "section", "file"];

const hex = (n: number) => `0x${n.toString(16)}`;

export class ElfFile {
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  /** All of the symbol table except the null symbol; empty if the file is stripped. */
  readonly symbols: readonly ElfSymbol[];
  private readonly view: DataView;
  private readonly byName = new Map<string, ElfSymbol>();

  /** @throws UserError naming `path` if this is not an executable for the i386 */
  constructor(
    readonly bytes: Uint8Array,
    readonly path: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.checkIdentity();
    this.entry = this.view.getUint32(24, true);
    this.segments = this.readSegments();
    this.sections = this.readSections();
    this.symbols = this.readSymbols();
    // A global symbol wins over a local one of the same name, the first of equals over later ones.
    for (const symbol of this.symbols) {
      const known = this.byName.get(symbol.name);
      if (known === undefined || (symbol.global && !known.global)) this.byName.set(symbol.name, symbol);
    }
  }

  symbol(name: string): ElfSymbol | undefined {
    return this.byName.get(name);
  }

  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  /** The bytes of a segment or section that are in the file. */
  contents(part: ElfSegment | ElfSection): Uint8Array {
    const size = "filesz" in part ? part.filesz : part.type === SHT_NOBITS ? 0 : part.size;
    return this.bytes.subarray(part.offset, part.offset + size);
  }

  /**
   * The bytes at a virtual address, as loading would put them there, e.g. the initial value of a variable. Undefined if no single
   * loaded segment covers them with bytes of the file.
   */
  read(vaddr: number, length: number): Uint8Array | undefined {
    for (const segment of this.segments) {
      const at = vaddr - segment.vaddr;
      if (segment.type === PT_LOAD && at >= 0 && at + length <= segment.filesz) {
        return this.bytes.subarray(segment.offset + at, segment.offset + at + length);
      }
    }
    return undefined;
  }

  private fail(what: string): never {
    throw new UserError(`${this.path}: ${what}`);
  }

  private checkIdentity(): void {
    const { bytes, view } = this;
    if (!isElf(bytes)) this.fail("not an ELF file");
    if (bytes.length < EHDR_BYTES) this.fail(`truncated: ${bytes.length} bytes are less than an ELF header`);
    if (bytes[4] === 2) this.fail("a 64-bit ELF file; only 32-bit ones run on an i386");
    if (bytes[4] !== 1) this.fail(`ELF class ${bytes[4]} is neither 32-bit nor 64-bit`);
    if (bytes[5] === 2) this.fail("a big-endian ELF file; an i386 is little-endian");
    if (bytes[5] !== 1) this.fail(`ELF data encoding ${bytes[5]} is neither little-endian nor big-endian`);
    const machine = view.getUint16(18, true);
    if (machine !== EM_386) this.fail(`made for ELF machine ${machine}, not for the i386 (machine 3)`);
    const type = view.getUint16(16, true);
    if (type !== ET_EXEC && type !== ET_DYN) this.fail(`ELF type ${type} is not an executable (type 2); it needs linking`);
  }

  /** Checks that a table lies in the file, and returns the offsets of its entries. */
  private table(what: string, offset: number, entries: number, entrySize: number, atLeast: number): number[] {
    if (entries === 0) return [];
    if (entrySize < atLeast) this.fail(`${what}: entries of ${entrySize} bytes are too small`);
    if (offset + entries * entrySize > this.bytes.length) {
      this.fail(`truncated: ${what} at ${hex(offset)} ends beyond the file's ${this.bytes.length} bytes`);
    }
    return Array.from({ length: entries }, (_, n) => offset + n * entrySize);
  }

  private checkRange(what: string, offset: number, size: number): void {
    if (offset + size > this.bytes.length) {
      this.fail(`truncated: ${what} (${size} bytes at ${hex(offset)}) ends beyond the file's ${this.bytes.length} bytes`);
    }
  }

  private readSegments(): ElfSegment[] {
    const { view } = this;
    const headers = this.table(
      "program header table",
      view.getUint32(28, true),
      view.getUint16(44, true),
      view.getUint16(42, true),
      PHDR_BYTES,
    );
    if (headers.length === 0) this.fail("no program headers: nothing to load");
    return headers.map((at, n) => {
      const word = (index: number) => view.getUint32(at + 4 * index, true);
      const segment: ElfSegment = {
        type: word(0),
        offset: word(1),
        vaddr: word(2),
        paddr: word(3),
        filesz: word(4),
        memsz: word(5),
        flags: word(6),
      };
      if (segment.type !== PT_LOAD) return segment;
      this.checkRange(`segment ${n}`, segment.offset, segment.filesz);
      if (segment.memsz < segment.filesz) this.fail(`segment ${n} has ${segment.filesz} bytes in the file but ${segment.memsz} in memory`);
      for (const [name, address] of [["virtual", segment.vaddr] as const, ["physical", segment.paddr] as const]) {
        if (address + segment.memsz > 0x100000000) this.fail(`segment ${n} goes beyond ${name} address 4 GB`);
      }
      return segment;
    });
  }

  private readSections(): ElfSection[] {
    const { view } = this;
    const headers = this.table(
      "section header table",
      view.getUint32(32, true),
      view.getUint16(48, true),
      view.getUint16(46, true),
      SHDR_BYTES,
    );
    if (headers.length === 0) return [];
    const raw = headers.map((at, n) => {
      const word = (index: number) => view.getUint32(at + 4 * index, true);
      const section = {
        nameOffset: word(0),
        type: word(1),
        flags: word(2),
        address: word(3),
        offset: word(4),
        size: word(5),
        link: word(6),
        info: word(7),
        align: word(8),
        entrySize: word(9),
      };
      if (section.type !== SHT_NOBITS && section.type !== 0) this.checkRange(`section ${n}`, section.offset, section.size);
      return section;
    });
    const names = raw[view.getUint16(50, true)];
    if (names === undefined || names.type !== SHT_STRTAB) this.fail("the section with the names of sections is not a string table");
    return raw.map(({ nameOffset, ...section }, n) => ({ name: this.string(names, nameOffset, `name of section ${n}`), ...section }));
  }

  private readSymbols(): ElfSymbol[] {
    const table = this.sections.find(({ type }) => type === SHT_SYMTAB);
    if (table === undefined) return [];
    const strings = this.sections[table.link];
    if (strings === undefined || strings.type !== SHT_STRTAB)
      this.fail(`the symbol table's names (section ${table.link}) are not a string table`);
    if (table.entrySize < SYM_BYTES) this.fail(`symbol table: entries of ${table.entrySize} bytes are too small`);
    const entries = this.table("symbol table", table.offset, Math.floor(table.size / table.entrySize), table.entrySize, SYM_BYTES);
    return entries.slice(1).map((at, n) => {
      const info = this.bytes[at + 12]!;
      return {
        name: this.string(strings, this.view.getUint32(at, true), `name of symbol ${n + 1}`),
        value: this.view.getUint32(at + 4, true),
        size: this.view.getUint32(at + 8, true),
        type: SYMBOL_TYPES[info & 15] ?? "other",
        global: info >> 4 !== 0,
        section: this.view.getUint16(at + 14, true),
      };
    });
  }

  private string(table: { readonly offset: number; readonly size: number }, at: number, what: string): string {
    const end = at < table.size ? this.bytes.indexOf(0, table.offset + at) : -1;
    if (end < 0 || end >= table.offset + table.size) this.fail(`${what} is not a string of its table`);
    return latin1.decode(this.bytes.subarray(table.offset + at, end));
  }
}

const latin1 = new TextDecoder("latin1");

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}
