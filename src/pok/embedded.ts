/** Executables that lie inside other bytes: POK keeps the ELF files of its partitions in the kernel image, one after the other. */
import { UserError } from "../errors.js";
import { ElfFile } from "../pc/elf.js";

const MAGIC = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, 1);
const ET_EXEC = 2;
const EM_386 = 3;

/**
 * Every 32-bit i386 executable found in a stretch of memory, cut out at its own end. What is found inside another one is part of that,
 * unless `container` says that it holds others and is none of those wanted itself.
 */
export function findExecutables(bytes: Uint8Array, container: (elf: ElfFile) => boolean = () => false): ElfFile[] {
  const found: ElfFile[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(MAGIC); at >= 0; at = buffer.indexOf(MAGIC, at + 1)) {
    const elf = executableAt(bytes.subarray(at), "embedded executable");
    if (!elf || container(elf)) continue;
    found.push(elf);
    at += elf.bytes.length - 1;
  }
  return found;
}

function executableAt(bytes: Uint8Array, path: string): ElfFile | undefined {
  if (bytes.length < 52) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(16, true) !== ET_EXEC || view.getUint16(18, true) !== EM_386) return undefined;
  const end = extent(view, bytes.length);
  if (end === undefined) return undefined;
  try {
    return new ElfFile(bytes.slice(0, end), path);
  } catch (e) {
    // Bytes that only look like an executable, or one that is not whole: no partition's.
    if (e instanceof UserError) return undefined;
    throw e;
  }
}

/** Where the file ends: the last byte of its tables, segments and sections. Undefined if that is beyond what there is. */
function extent(view: DataView, available: number): number | undefined {
  const [phoff, shoff] = [view.getUint32(28, true), view.getUint32(32, true)];
  const [phsize, phcount] = [view.getUint16(42, true), view.getUint16(44, true)];
  const [shsize, shcount] = [view.getUint16(46, true), view.getUint16(48, true)];
  const headersEnd = Math.max(52, phoff + phsize * phcount, shcount ? shoff + shsize * shcount : 0);
  if (headersEnd > available || (phcount && phsize < 32) || (shcount && shsize < 40)) return undefined;
  let end = headersEnd;
  for (let n = 0; n < phcount; n++) {
    const at = phoff + n * phsize;
    end = Math.max(end, view.getUint32(at + 4, true) + view.getUint32(at + 16, true));
  }
  for (let n = 0; n < shcount; n++) {
    const at = shoff + n * shsize;
    const hasBytes = view.getUint32(at + 4, true) !== 8;
    if (hasBytes) end = Math.max(end, view.getUint32(at + 16, true) + view.getUint32(at + 20, true));
  }
  return end <= available ? end : undefined;
}
