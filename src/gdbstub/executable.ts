/** What an executable says of its own addresses: an ELF file of 32 bits (System V ABI, "Object Files"), checked by nobody before. */

const PROGRAM_HEADERS = { offset: 28, size: 42, count: 44 };
const SECTION_HEADERS = { offset: 32, size: 46, count: 48 };
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const SYMBOL_BYTES = 16;
const STT_FUNC = 2;
const STT_FILE = 4;

export interface Symbol {
  readonly name: string;
  readonly kind: "function" | "file";
  readonly start: number;
  readonly size: number;
}

export class ExecutableFile {
  readonly #view: DataView;
  #symbols: readonly Symbol[] | undefined;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What lies outside of the file is 0. */
  #word(at: number): number {
    return at + 4 <= this.bytes.length ? this.#view.getUint32(at, true) : 0;
  }
  #half(at: number): number {
    return at + 2 <= this.bytes.length ? this.#view.getUint16(at, true) : 0;
  }
  #headers({ offset, size, count }: typeof PROGRAM_HEADERS): number[] {
    return Array.from({ length: this.#half(count) }, (_, n) => this.#word(offset) + n * this.#half(size));
  }

  /** A segment that is loaded and executed has the address. */
  hasCode(address: number): boolean {
    return this.#headers(PROGRAM_HEADERS).some((at) => {
      if (this.#word(at) !== PT_LOAD || !(this.#word(at + 24) & PF_X)) return false;
      const start = this.#word(at + 8);
      return address >= start && address < start + this.#word(at + 20);
    });
  }

  get symbols(): readonly Symbol[] {
    this.#symbols ??= this.#headers(SECTION_HEADERS).flatMap((at) => (this.#word(at + 4) === SHT_SYMTAB ? this.#table(at) : []));
    return this.#symbols;
  }
  #table(section: number): Symbol[] {
    const start = this.#word(section + 16);
    const end = Math.min(start + this.#word(section + 20), this.bytes.length);
    const strings = this.#word(this.#headers(SECTION_HEADERS)[this.#word(section + 24)]! + 16);
    const found: Symbol[] = [];
    for (let at = start; at + SYMBOL_BYTES <= end; at += SYMBOL_BYTES) {
      const type = this.bytes[at + 12]! & 15;
      if (type !== STT_FUNC && type !== STT_FILE) continue;
      const name = this.#text(strings + this.#word(at));
      found.push({ name, kind: type === STT_FUNC ? "function" : "file", start: this.#word(at + 4), size: this.#word(at + 8) });
    }
    return found;
  }
  #text(at: number): string {
    const end = this.bytes.indexOf(0, at);
    return Buffer.from(this.bytes.subarray(at, end < 0 ? undefined : end)).toString("latin1");
  }

  hasFile(name: string): boolean {
    return this.symbols.some((symbol) => symbol.kind === "file" && symbol.name === name);
  }
  /** The address lies in a function of this name. */
  isIn(name: string, address: number): boolean {
    return this.symbols.some(
      (s) => s.kind === "function" && s.name === name && address >= s.start && address < s.start + Math.max(s.size, 1),
    );
  }
}
