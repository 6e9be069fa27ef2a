/**
 * Accesses that one check does for. What a node reads and writes beside one register, whose value is the same throughout or differs by a
 * constant (push, pop, frames, fields of one object), is a *window*. The first access makes sure of all of it; how far it reaches is known at
 * the end of the node, when that is emitted.
 */
import { OP, readLeb } from "../wasm/binary.js";
import { REGISTER } from "./locals.js";

/** So long a stretch is likely to lie in one page. */
const MOST_BYTES = 128;

/** A value: by how much it is above another, which nobody knows. */
export interface Distance {
  readonly root: number;
  readonly plus: number;
}

/** What constants have for their root. */
const ZERO = 0;
const REGISTERS = 8;

/** How far what locals hold is from each other. */
export class Distances {
  private readonly known = new Map<number, Distance>();
  private roots = ZERO;

  /** Of a constant, a local, or a local and constants added to it; undefined for anything else. */
  of(code: readonly number[]): Distance | undefined {
    const first = code[0];
    if (first !== OP.localGet && first !== OP.i32Const) return undefined;
    const { value, next } = readLeb(code, 1, first === OP.i32Const);
    let at = next;
    let more = 0;
    while (at < code.length) {
      if (code[at] !== OP.i32Const) return undefined;
      const constant = readLeb(code, at + 1, true);
      const operation = code[constant.next];
      if (operation === OP.i32Add) more += constant.value;
      else if (operation === OP.i32Sub) more -= constant.value;
      else return undefined;
      at = constant.next + 1;
    }
    const from = first === OP.i32Const ? { root: ZERO, plus: value } : this.local(value);
    return from && { root: from.root, plus: (from.plus + more) | 0 };
  }
  private local(local: number): Distance | undefined {
    const known = this.known.get(local);
    if (known || local < REGISTER || local >= REGISTER + REGISTERS) return known;
    const root = { root: ++this.roots, plus: 0 };
    this.known.set(local, root);
    return root;
  }
  /** A local has been given a value. */
  set(local: number, value: Distance | undefined): void {
    if (value) this.known.set(local, value);
    else this.known.delete(local);
  }
  clear(): void {
    this.known.clear();
  }
}

/** Where one byte may be read from, and written to: exclusive bounds of offsets. */
export interface Bounds {
  readonly read: number;
  readonly write: number;
}

/** How many offsets so many bytes may begin at. @param bound exclusive, for one byte */
export const roomOf = (bound: number, bytes: number): number => (bound >>> 0) - (bytes - 1);

export class Window {
  /** Distances from its root. */
  lowest: number;
  end: number;
  members = 1;

  /** @param from the distance of its first access */
  constructor(
    readonly bounds: Bounds,
    readonly from: number,
    bytes: number,
    public writes: boolean,
  ) {
    this.lowest = from;
    this.end = from + bytes;
  }
  get bytes(): number {
    return this.end - this.lowest;
  }
  get room(): number {
    return roomOf(this.writes ? this.bounds.write : this.bounds.read, this.bytes);
  }
  /** Takes in another access, if that does not make it too long. */
  takes(from: number, bytes: number, writes: boolean): boolean {
    const grown = new Window(this.bounds, Math.min(this.lowest, from), 0, this.writes || writes);
    grown.end = Math.max(this.end, from + bytes);
    if (grown.bytes > MOST_BYTES || grown.room <= 0) return false;
    this.lowest = grown.lowest;
    this.end = grown.end;
    this.writes = grown.writes;
    this.members++;
    return true;
  }
}
