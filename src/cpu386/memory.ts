/** RAM inside the one WebAssembly.Memory, for everything but the interpreter's fast path. */
import { type Physical, physical } from "./address.js";
import type { Memory, Size } from "./bus.js";
import { LINE_CLEAN, LINE_FLAGS, LINE_ROM, LINE_SHIFT, RAM } from "./layout.js";

export class PhysicalMemory implements Memory {
  /** Called before a write to a line that has a flag (decoded code, a watchpoint); `byGuest`: not by a debugger or loader. */
  onFlaggedWrite: ((address: number, length: number, byGuest: boolean) => void) | undefined;
  /** Called before a write to a line with LINE_CLEAN, by whomever; it takes the flag off. */
  onCleanWrite: ((address: number, length: number) => void) | undefined;
  /** Called before a write that is not the guest's own. */
  onPoke: ((address: number, bytes: Uint8Array) => void) | undefined;

  constructor(
    private readonly u8: Uint8Array,
    readonly size: number,
  ) {}

  /** The A20 gate: while it is closed, bit 20 of every address is 0. */
  a20Mask = 0xffffffff;

  read(address: Physical, size: Size): number {
    if (this.a20Mask !== 0xffffffff) return this.readGated(address, size);
    if (address + size > this.size) return this.readOutside(address, size);
    const at = RAM + address;
    const { u8 } = this;
    if (size === 1) return u8[at]!;
    if (size === 2) return u8[at]! | (u8[at + 1]! << 8);
    return (u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24)) >>> 0;
  }

  private readGated(address: number, size: Size): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) {
      const at = ((address + n) & this.a20Mask) >>> 0;
      value = value * 256 + (at < this.size ? this.u8[RAM + at]! : this.beyond(at));
    }
    return value;
  }

  write(address: Physical, size: Size, value: number): void {
    if (this.a20Mask !== 0xffffffff && address & ~this.a20Mask) return this.write(physical(address & this.a20Mask), size, value);
    let flags = 0;
    for (let n = 0; n < size; n++) {
      const at = (address + n) >>> 0;
      if (at < this.size) flags |= this.u8[LINE_FLAGS + (at >>> LINE_SHIFT)]!;
    }
    if (flags) this.announce(flags, address, size, true);
    for (let n = 0; n < size; n++) {
      const at = (address + n) >>> 0;
      if (at < this.size && !(this.u8[LINE_FLAGS + (at >>> LINE_SHIFT)]! & LINE_ROM)) this.u8[RAM + at] = value >> (8 * n);
    }
  }

  /** Puts read-only memory at an address within RAM (on line boundaries), and the same bytes at the end of the address space. */
  setRom(address: Physical, bytes: Uint8Array): void {
    this.u8.set(bytes, RAM + address);
    this.u8.fill(LINE_ROM, LINE_FLAGS + (address >>> LINE_SHIFT), LINE_FLAGS + ((address + bytes.length) >>> LINE_SHIFT));
    this.rom = bytes.slice();
  }
  clearRom(): void {
    if (!this.rom) return;
    for (let line = 0; line < this.size >>> LINE_SHIFT; line++) this.u8[LINE_FLAGS + line]! &= ~LINE_ROM;
    this.rom = undefined;
  }
  private rom: Uint8Array | undefined;

  /** A byte beyond RAM: the ROM's, at the end of the address space, or ones. */
  private beyond(at: number): number {
    const fromEnd = 0x100000000 - at;
    return this.rom && fromEnd <= this.rom.length ? this.rom[this.rom.length - fromEnd]! : 0xff;
  }

  /** Bytes beyond RAM read as ones; a wrap at 4 GB goes on at 0. */
  private readOutside(address: number, size: Size): number {
    let value = 0;
    for (let n = size - 1; n >= 0; n--) {
      const at = (address + n) >>> 0;
      value = value * 256 + (at < this.size ? this.u8[RAM + at]! : this.beyond(at));
    }
    return value;
  }

  peek(address: Physical, length: number): Uint8Array | undefined {
    if (length <= 0) return undefined;
    if (address >= this.size) {
      if (!this.rom || address < 0x100000000 - this.rom.length) return undefined;
      return Uint8Array.from({ length: Math.min(length, 0x100000000 - address) }, (_, n) => this.beyond(address + n));
    }
    return this.u8.slice(RAM + address, RAM + Math.min(this.size, address + length));
  }

  poke(address: Physical, bytes: Uint8Array): boolean {
    if (address + bytes.length > this.size) return false;
    if (bytes.length === 0) return true;
    this.onPoke?.(address, bytes);
    let flags = 0;
    for (let line = address >>> LINE_SHIFT; line <= (address + bytes.length - 1) >>> LINE_SHIFT; line++) {
      flags |= this.u8[LINE_FLAGS + line]!;
    }
    if (flags) this.announce(flags, address, bytes.length, false);
    this.u8.set(bytes, RAM + address);
    return true;
  }

  /** A byte is about to be changed past `write` and `poke`: only its page's history has to do with it. */
  touch(address: number): void {
    if (this.u8[LINE_FLAGS + (address >>> LINE_SHIFT)]! & LINE_CLEAN) this.onCleanWrite?.(address, 1);
  }

  private announce(flags: number, address: number, length: number, byGuest: boolean): void {
    if (flags & LINE_CLEAN) this.onCleanWrite?.(address, length);
    if (flags & ~LINE_CLEAN) this.onFlaggedWrite?.(address, length, byGuest);
  }
}
