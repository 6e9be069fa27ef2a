/** The test machine with paging on: the first megabyte mapped to itself, for every ring, and tables to change. */
import { linear } from "../../src/cpu386/address.js";
import * as L from "../../src/cpu386/layout.js";
import { writeCr0 } from "../../src/cpu386/operations/system.js";
import { absolute, DATA, little, Machine } from "./machine.js";

export const DIRECTORY = 0x80000;
const TABLES = 0x81000;
/** A linear address of a page directory entry of its own: what is mapped there is not mapped to itself. */
export const HIGH = 0x40000000;
export const PG = 0x80000000;
export const WP = 0x10000;
export const PSE = 0x10;
export const PGE = 0x80;
/** Bits of table entries (SDM volume 3, tables 4-5 and 4-6). */
export const PAGE = { present: 1, writable: 2, user: 4, accessed: 0x20, dirty: 0x40, large: 0x80, global: 0x100 } as const;
export const OPEN = 7;

export class PagedMachine extends Machine {
  private tables = 0;

  constructor(ring = 0, cr0 = 0, cr4 = 0) {
    super(ring);
    for (let at = 0; at < 1 << 20; at += 0x1000) this.map(at, at);
    this.map(HIGH, DATA);
    this.set(L.CR3, DIRECTORY);
    this.set(L.CR4, cr4);
    writeCr0(this.p, (PG | cr0 | 1) >>> 0);
  }

  /** Where an address's entries lie: in the page directory, and in the page table (made if there is none). */
  pde(at: number): number {
    return DIRECTORY + (at >>> 22) * 4;
  }
  pte(at: number): number {
    if (!(this.dword(this.pde(at)) & PAGE.present)) this.dword(this.pde(at), (TABLES + 0x1000 * this.tables++) | OPEN);
    return (this.dword(this.pde(at)) & ~0xfff) + ((at >>> 12) & 0x3ff) * 4;
  }
  map(at: number, to: number, bits: number = OPEN): void {
    this.dword(this.pte(at), ((to & ~0xfff) | bits) >>> 0);
  }
  unmap(at: number): void {
    this.dword(this.pte(at), 0);
  }
  flush(): void {
    this.p.paging.flush(false);
  }
  /** mov eax, [at] and mov [at], eax */
  read(at: number): string {
    return this.attempt(0x8b, ...absolute(0, at));
  }
  write(at: number): string {
    return this.attempt(0x89, ...absolute(0, at));
  }
  jump(at: number): string {
    this.set(L.EBX, at);
    this.attempt(0xff, 0xe3);
    return this.step();
  }
  /** What the page tables say now of an address. */
  physicalOf(at: number): number | undefined {
    return this.p.paging.peek(linear(at));
  }
  get cr2(): number {
    return this.get(L.CR2);
  }
}

/** mov dword [at], value */
export const storeConstant = (at: number, value: number): number[] => [0xc7, ...absolute(0, at), ...little(value, 4)];
export const INVLPG = (at: number): number[] => [0x0f, 0x01, ...absolute(7, at)];
/** mov eax, cr3; mov cr3, eax */
export const RELOAD_CR3 = [0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8];
