/** The memory of a fake machine: what the regions of its spaces hold. */
import type { SpaceMemory } from "../../src/debug/target.js";
import type { FakeSpace } from "./fake-machine.js";

export const fromLittleEndian = (bytes: Uint8Array): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);

export class FakeMemory implements SpaceMemory {
  constructor(private readonly spaces: readonly FakeSpace[]) {}

  read(id: number, address: number, length: number): Uint8Array | string {
    const region = this.#region(id, address);
    if (region === undefined) return `0x${address.toString(16)} is beyond the limit of space ${id}`;
    const from = address - region.address;
    return region.bytes.slice(from, from + length);
  }
  write(id: number, address: number, bytes: Uint8Array): true | string {
    const region = this.#region(id, address);
    if (region === undefined || address + bytes.length > region.address + region.bytes.length) return "not all of it is memory";
    region.bytes.set(bytes, address - region.address);
    return true;
  }

  has(id: number, address: number): boolean {
    return this.#region(id, address) !== undefined;
  }
  /** A number, little-endian, if all of it is memory. */
  load(id: number, address: number, length: number): number | undefined {
    const bytes = this.read(id, address, length);
    return typeof bytes !== "string" && bytes.length === length ? fromLittleEndian(bytes) : undefined;
  }

  #region(id: number, address: number) {
    const regions = this.spaces.find((candidate) => candidate.id === id)?.regions ?? [];
    return regions.find((region) => address >= region.address && address < region.address + region.bytes.length);
  }
}
