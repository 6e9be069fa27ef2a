/** RAM inside the one WebAssembly.Memory, for everything but the interpreter's fast path. */
import type { Physical } from "./address.js";
import type { Memory, Size } from "./bus.js";
import { LINE_FLAGS, LINE_SHIFT, RAM } from "./layout.js";

export class PhysicalMemory implements Memory {
  /** Called before a write to a line that has a flag (decoded code, a watchpoint); `byGuest`: not by a debugger or loader. */
  onFlaggedWrite: ((address: number, length: number, byGuest: boolean) => void) | undefined;

  constructor(
    private readonly u8: Uint8Array,
    readonly size: number,
  ) {}

  read(address: Physical, size: Size): number {
    if (address + size > this.size) return this.readOutside(address, size);
    const at = RAM + address;
    const { u8 } = this;
    if (size === 1) return u8[at]!;
    if (size === 2) return u8[at]! | (u8[at + 1]! << 8);
    return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
  }

  write(address: Physical, size: Size, value: number): void {
    for (let n = 0; n < size; n++) {
      const at = (address + n) >>> 0;
      if (at < this.size && this.u8[LINE_FLAGS + (at >>> LINE_SHIFT)]) {
        this.onFlaggedWrite?.(address, size, true);
        break;
      }
    }
    for (let n = 0; n < size; n++) {
      const at = (address + n) >>> 0;
      if (at < this.size) this.u8[RAM + at] = value >> (8 * n);
    }
  }

  /** Bytes beyond RAM read as ones; a wrap at 4 GB goes on at 0. */
  private readOutside(address: number, size: Size): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) {
      const at = (address + n) >>> 0;
      value = value * 256 + (at < this.size ? this.u8[RAM + at]! : 0xff);
    }
    return value;
  }

  peek(address: Physical, length: number): Uint8Array | undefined {
    if (address >= this.size || length <= 0) return undefined;
    return this.u8.slice(RAM + address, RAM + Math.min(this.size, address + length));
  }

  poke(address: Physical, bytes: Uint8Array): boolean {
    if (address + bytes.length > this.size) return false;
    if (bytes.length === 0) return true;
    for (let line = address >>> LINE_SHIFT; line <= (address + bytes.length - 1) >>> LINE_SHIFT; line++) {
      if (this.u8[LINE_FLAGS + line]) {
        this.onFlaggedWrite?.(address, bytes.length, false);
        break;
      }
    }
    this.u8.set(bytes, RAM + address);
    return true;
  }
}
