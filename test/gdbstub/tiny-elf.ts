/** Writes an i386 ELF executable small enough to make up in a test: one text and one data section, and symbols. */

export interface Symbol {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly kind: "function" | "object";
}

export interface TinyElf {
  readonly text: { readonly address: number; readonly bytes: Uint8Array };
  readonly data: { readonly address: number; readonly bytes: Uint8Array };
  readonly symbols: readonly Symbol[];
}

class Strings {
  text = "\0";
  add(name: string): number {
    const at = this.text.length;
    this.text += `${name}\0`;
    return at;
  }
  bytes(): Uint8Array {
    return new TextEncoder().encode(this.text);
  }
}

const words = (...values: number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setUint32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
};

const HEADER = 52;
const SEGMENT = 32;

export const makeElf = ({ text, data, symbols }: TinyElf): Uint8Array => {
  const chunks: { at: number; bytes: Uint8Array }[] = [];
  let end = HEADER + 2 * SEGMENT;
  const place = (bytes: Uint8Array, align = 4): number => {
    end = Math.ceil(end / align) * align;
    chunks.push({ at: end, bytes });
    end += bytes.length;
    return end - bytes.length;
  };

  const names = new Strings();
  const symbolTable = [words(0, 0, 0, 0)];
  for (const { name, address, size, kind } of symbols) {
    // st_info: global, function or object; st_shndx: .text or .data
    const info = 0x10 | (kind === "function" ? 2 : 1);
    symbolTable.push(words(names.add(name), address, size, info | ((kind === "function" ? 1 : 2) << 16)));
  }
  const textAt = place(text.bytes);
  const dataAt = place(data.bytes);
  const symbolBytes = new Uint8Array(symbolTable.length * 16);
  symbolTable.forEach((entry, i) => {
    symbolBytes.set(entry, i * 16);
  });
  const symbolsAt = place(symbolBytes);
  const namesAt = place(names.bytes());

  const sectionNames = new Strings();
  // name, type, flags, address, offset, size, link, info, align, entry size
  const section = (name: string, ...rest: number[]): Uint8Array => words(sectionNames.add(name), ...rest);
  const sections = [
    words(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    section(".text", 1, 6, text.address, textAt, text.bytes.length, 0, 0, 1, 0),
    section(".data", 1, 3, data.address, dataAt, data.bytes.length, 0, 0, 1, 0),
    section(".symtab", 2, 0, 0, symbolsAt, symbolBytes.length, 4, 1, 4, 16),
    section(".strtab", 3, 0, 0, namesAt, names.bytes().length, 0, 0, 1, 0),
  ];
  const lastName = sectionNames.add(".shstrtab");
  const sectionNamesAt = place(sectionNames.bytes());
  sections.push(words(lastName, 3, 0, 0, sectionNamesAt, sectionNames.bytes().length, 0, 0, 1, 0));
  const sectionsAt = Math.ceil(end / 4) * 4;

  const file = new Uint8Array(sectionsAt + sections.length * 40);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  // e_type and e_machine share a word, as do the other half words
  file.set(
    words(2 | (3 << 16), 1, text.address, HEADER, sectionsAt, 0, HEADER | (SEGMENT << 16), 2 | (40 << 16), sections.length | (5 << 16)),
    16,
  );
  file.set(words(1, textAt, text.address, text.address, text.bytes.length, text.bytes.length, 5, 1), HEADER);
  file.set(words(1, dataAt, data.address, data.address, data.bytes.length, data.bytes.length, 6, 1), HEADER + SEGMENT);
  for (const { at, bytes } of chunks) file.set(bytes, at);
  sections.forEach((bytes, i) => {
    file.set(bytes, sectionsAt + i * 40);
  });
  return file;
};
