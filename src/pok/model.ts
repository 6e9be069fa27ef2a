/** The system model of kernels of POK's family: found in memory and descriptor tables, without knowing any of the kernel's symbols. */
import * as L from "../cpu386/layout.js";
import { peekNumber } from "../cpu386/peek.js";
import { systemType } from "../cpu386/segment.js";
import { globalTable } from "../debug/descriptors.js";
import type { SpaceSegments, SystemModel, SystemSpace } from "../debug/system.js";
import { ElfFile, PT_LOAD } from "../pc/elf.js";
import type { Machine } from "../pc/machine.js";
import { findPartitions } from "./descriptors.js";
import { findExecutables } from "./embedded.js";
import { SymbolTable } from "./symbols.js";
import { SYSCALL_VECTOR, syscallName, syscallText } from "./syscalls.js";

/** A partition the user has named: `--partition NAME=FILE`. */
export interface NamedPartition {
  readonly name: string;
  readonly elf: ElfFile;
}

interface Slot {
  readonly id: number;
  name: string;
  elf: ElfFile | undefined;
  segments: SpaceSegments | undefined;
  /** The slot's code was seen where the segments say, so the match is certain. */
  certain: boolean;
}

/** How many bytes of code decide whether memory holds an executable. */
const FINGERPRINT = 1024;
const FIRST_PARTITION = 2;
/** "_binary_build_part1_elf_start": the file's path, anything but letters and digits made "_"; its last part names the partition. */
const EMBEDDED_FILE = /^_binary_(?:\w*_)?([A-Za-z][A-Za-z0-9]*)_elf_start$/;

export class PokSystem implements SystemModel {
  private readonly kernel: ElfFile | undefined;
  private readonly slots: Slot[];
  private readonly symbols = new Map<ElfFile, SymbolTable>();
  private slotByBase = new Map<number, Slot>();
  private refreshedAt = -1;
  /** The descriptor table as it was looked at last. */
  private table: Uint8Array | undefined;
  private known: readonly SystemSpace[] = [];

  constructor(
    private readonly machine: Machine,
    named: readonly NamedPartition[] = [],
  ) {
    const { elf } = machine.image;
    this.kernel = elf && new ElfFile(elf.bytes, "/pok386/kernel.elf");
    this.slots = this.embedded().map(({ name, file }, n) => this.slot(n, name, new ElfFile(file, `/pok386/${name}.elf`)));
    this.applyNames(named);
  }

  private slot(n: number, name: string, elf: ElfFile | undefined): Slot {
    return { id: FIRST_PARTITION + n, name, elf, segments: undefined, certain: false };
  }

  /** Executables inside what was loaded, the kernel aside, whose header may be loaded along with it. */
  private embedded(): { name: string; file: Uint8Array }[] {
    const isKernel = ({ bytes }: ElfFile): boolean => this.kernel !== undefined && sameHeader(bytes, this.kernel.bytes);
    const found: { name: string; file: Uint8Array }[] = [];
    for (const { start, end } of this.machine.image.regions) {
      const bytes = this.machine.peek(start, end - start);
      if (!bytes) continue;
      let from = 0;
      for (const { bytes: file } of findExecutables(bytes, isKernel)) {
        const at = Buffer.from(bytes.buffer).indexOf(file, from);
        from = at + file.length;
        const name = this.nameAt(start + at);
        found.push({ name: name && found.every((f) => f.name !== name) ? name : `part${found.length + 1}`, file });
      }
    }
    return found;
  }

  /** The name that a kernel linked with its partitions' files gives to one: objcopy's and ld's symbol for a binary file's start. */
  private nameAt(address: number): string | undefined {
    const symbol = this.kernel?.symbols.find((s) => s.value === address && EMBEDDED_FILE.test(s.name));
    return symbol && EMBEDDED_FILE.exec(symbol.name)![1];
  }

  /** A named executable takes the place of the embedded one it equals in code, else the first place that is free. */
  private applyNames(named: readonly NamedPartition[]): void {
    const taken = new Set<Slot>();
    const place = (slot: Slot, { name, elf }: NamedPartition): void => {
      slot.name = name;
      slot.elf = new ElfFile(elf.bytes, `/pok386/${name}.elf`);
      taken.add(slot);
    };
    const rest = named.filter((n) => {
      const slot = this.slots.find((s) => !taken.has(s) && s.elf && sameCode(s.elf, n.elf));
      if (slot) place(slot, n);
      return !slot;
    });
    for (const n of rest) {
      let slot = this.slots.find((s) => !taken.has(s));
      if (!slot) this.slots.push((slot = this.slot(this.slots.length, n.name, undefined)));
      place(slot, n);
    }
    // gdb asks for an executable by its path, so a name found here gives way to the same one given by the user.
    for (const slot of this.slots) if (!taken.has(slot)) this.renameUnlessFree(slot);
  }

  private renameUnlessFree(slot: Slot): void {
    const name = this.freeName(slot.name, slot);
    if (name === slot.name) return;
    slot.name = name;
    slot.elf &&= new ElfFile(slot.elf.bytes, `/pok386/${name}.elf`);
  }
  private freeName(wanted: string, owner?: Slot): string {
    const isFree = (name: string): boolean => this.slots.every((slot) => slot === owner || slot.name !== name);
    let name = wanted;
    for (let n = 2; !isFree(name); n++) name = `${wanted}-${n}`;
    return name;
  }

  spaces(): readonly SystemSpace[] {
    if (this.machine.now !== this.refreshedAt) this.refresh();
    return this.known;
  }

  forget(): void {
    this.refreshedAt = -1;
  }

  /** Reads the descriptor table again and fits what is there to the partitions known. */
  private refresh(): void {
    this.refreshedAt = this.machine.now;
    // After nearly every step the table is what it was, and then so is all that follows from it and not from what memory holds.
    const table = globalTable(this.machine.cpu.processor);
    const isKnown = table !== undefined && this.table !== undefined && Buffer.compare(table, this.table) === 0;
    if (!isKnown) this.table = table?.slice();
    if (isKnown && this.slots.every(({ certain }) => certain)) return;
    const pairs = findPartitions(this.machine.cpu.processor);
    const open = this.keepCertain(pairs);
    for (const pair of [...open]) {
      const slot = this.slots.find((s) => !s.certain && s.elf && this.holds(pair, s.elf));
      if (!slot) continue;
      slot.segments = pair;
      slot.certain = true;
      open.splice(open.indexOf(pair), 1);
    }
    const free = this.slots.filter((s) => !s.certain);
    for (const slot of free) slot.segments = undefined;
    for (const pair of open) {
      let slot = free.shift();
      if (!slot) this.slots.push((slot = this.slot(this.slots.length, this.freeName(`part${this.slots.length + 1}`), undefined)));
      slot.segments = pair;
    }
    this.slotByBase = new Map(this.slots.flatMap((s) => (s.segments ? [[s.segments.base as number, s] as const] : [])));
    this.known = [this.kernelSpace(), ...this.slots.map(({ id, name, elf, segments }) => ({ id, name, executable: elf, segments }))];
  }

  /** Certain matches stay as long as their selectors keep their base; returns the pairs that are left. */
  private keepCertain(pairs: readonly SpaceSegments[]): SpaceSegments[] {
    const open = [...pairs];
    for (const slot of this.slots) {
      if (!slot.certain) continue;
      const at = open.findIndex((p) => p.code === slot.segments!.code && p.base === slot.segments!.base);
      if (at >= 0) slot.segments = open.splice(at, 1)[0];
      else slot.certain = false;
    }
    return open;
  }

  /** Does memory behind these segments hold the executable's code? */
  private holds({ base }: SpaceSegments, elf: ElfFile): boolean {
    const code = codeOf(elf);
    if (!code) return false;
    const bytes = this.machine.cpu.processor.peekLinear(base + code.vaddr, code.bytes.length);
    return bytes !== undefined && Buffer.compare(bytes, code.bytes) === 0;
  }

  private kernelSpace(): SystemSpace {
    return { id: 1, name: "kernel", executable: this.kernel, segments: undefined };
  }

  spaceOf(cpl: number, codeBase: number): number {
    if (cpl === 0) return 1;
    let slot = this.slotByBase.get(codeBase);
    if (!slot) {
      this.refresh();
      slot = this.slotByBase.get(codeBase);
    }
    return slot?.id ?? 1;
  }

  /** ESP0 of the current TSS (SDM volume 3, 7.2.1). */
  threadKey(): number {
    const { processor } = this.machine.cpu;
    const attributes = processor.word(L.TR + L.ATTRIBUTES);
    if (attributes === 0) return 0;
    const bytes = systemType(attributes)! >= 8 ? 4 : 2;
    return peekNumber(processor, (processor.word(L.TR + L.BASE) + bytes) >>> 0, bytes) ?? 0;
  }

  symbol(space: number, address: number): string | undefined {
    return this.symbolsOf(space)?.lookup(address);
  }
  addressOf(space: number, name: string): number | undefined {
    return this.symbolsOf(space)?.address(name);
  }
  private symbolsOf(space: number): SymbolTable | undefined {
    const elf = space === 1 ? this.kernel : this.slots.find((s) => s.id === space)?.elf;
    if (!elf) return undefined;
    let table = this.symbols.get(elf);
    if (!table) this.symbols.set(elf, (table = new SymbolTable(elf)));
    return table;
  }

  describeEntry(space: number, eip: number, eax: number): string | undefined {
    return this.isSystemCall(space, eip) ? syscallText(eax) : undefined;
  }

  /** Whether `int 42` stands before this address. */
  isSystemCall(space: number, eip: number): boolean {
    const segments = this.slots.find((s) => s.id === space)?.segments;
    const before = segments && this.machine.cpu.processor.peekLinear(segments.base + eip - 2, 2);
    return before?.[0] === 0xcd && before[1] === SYSCALL_VECTOR;
  }

  systemCallName(number: number): string | undefined {
    return syscallName(number);
  }
}

const ELF_HEADER = 52;
const sameHeader = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a.subarray(0, ELF_HEADER), b.subarray(0, ELF_HEADER)) === 0;

/** The first bytes of an executable's code, with their address. */
function codeOf(elf: ElfFile): { vaddr: number; bytes: Uint8Array } | undefined {
  const segment = elf.segments.find((s) => s.type === PT_LOAD && s.flags & 1 && s.filesz > 0);
  return segment && { vaddr: segment.vaddr, bytes: elf.contents(segment).subarray(0, FINGERPRINT) };
}

function sameCode(a: ElfFile, b: ElfFile): boolean {
  const [x, y] = [codeOf(a), codeOf(b)];
  return x !== undefined && y !== undefined && x.vaddr === y.vaddr && Buffer.compare(x.bytes, y.bytes) === 0;
}
