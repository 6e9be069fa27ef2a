/** What the debugger reads of an ELF file that has been checked before. */

/** e_entry. */
export function entryPoint(bytes: Uint8Array | undefined): number | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(24, true);
}

/** What an executable's PT_LOAD segments put at an address; undefined where they put nothing. */
export function readImage(bytes: Uint8Array | undefined, address: number, length: number): Uint8Array | undefined {
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(44, true);
  for (let n = 0; n < count; n++) {
    const at = view.getUint32(28, true) + n * 32;
    const [type, offset, start, , fileSize, memorySize] = [0, 4, 8, 12, 16, 20].map((o) => view.getUint32(at + o, true));
    if (type !== 1 || address < start! || address >= start! + memorySize!) continue;
    const end = Math.min(address + length, start! + memorySize!);
    const out = new Uint8Array(end - address);
    const from = address - start!;
    if (from < fileSize!) out.set(bytes.subarray(offset! + from, offset! + Math.min(fileSize!, end - start!)));
    return out;
  }
  return undefined;
}
