/** A BIOS-replacement ROM: at the end of the first megabyte, and again at the end of the address space where the processor starts. */
import { physical } from "../cpu386/address.js";
import type { PhysicalMemory } from "../cpu386/memory.js";
import { UserError } from "../errors.js";

export interface FirmwareRequest {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const SIZES = [0x10000, 0x20000];
/** Where the first instruction is fetched after reset, counted from the ROM's end (SDM volume 3, 9.1.4). */
const RESET_VECTOR = 16;
const FAR_JUMP = 0xea;
const NEAR_JUMPS = [0xe9, 0xeb];

/** @throws UserError, one line that names the file */
export function loadFirmware({ path, bytes }: FirmwareRequest, memory: PhysicalMemory): { start: number; end: number } {
  if (!SIZES.includes(bytes.length)) {
    throw new UserError(`${path}: a ROM has 65536 or 131072 bytes, this file has ${bytes.length}`);
  }
  const first = bytes[bytes.length - RESET_VECTOR]!;
  if (first !== FAR_JUMP && !NEAR_JUMPS.includes(first)) {
    const at = (bytes.length - RESET_VECTOR).toString(16);
    throw new UserError(
      `${path}: no jump at the reset vector (offset 0x${at} holds 0x${first.toString(16).padStart(2, "0")}, not ea, e9 or eb)`,
    );
  }
  const start = 0x100000 - bytes.length;
  memory.setRom(physical(start), bytes);
  return { start, end: 0x100000 };
}
