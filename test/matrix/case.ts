/** What a case is: changes to the area, and the instructions that are tried in it. */
import { CODE, type Doublewords, GDT, IDT, LDT, TARGET, TEST_TSS, TSS32 } from "./layout.js";
import type { SegmentName } from "./rules/state.js";

export type Size = 1 | 2 | 4;
/** Instructions that the rules know; `bytes` is their encoding. */
export type Operation = { readonly bytes: readonly number[] } & (
  | { readonly what: "load"; readonly segment: SegmentName; readonly selector: number }
  | { readonly what: "pop"; readonly segment: SegmentName; readonly size: 2 | 4 }
  | { readonly what: "load-pointer"; readonly segment: SegmentName; readonly register: number; readonly at: number; readonly size: 2 | 4 }
  | { readonly what: "lldt" | "ltr" | "lar" | "lsl" | "verr" | "verw"; readonly selector: number }
  | { readonly what: "sldt" | "str"; readonly register: number }
  | { readonly what: "and"; readonly value: number }
  | { readonly what: "read" | "write"; readonly segment: SegmentName; readonly offset: number; readonly size: Size }
  | { readonly what: "push" | "pop-register"; readonly size: 2 | 4 }
  | { readonly what: "call-near"; readonly size: 2 | 4; readonly offset: number }
  | { readonly what: "jmp" | "call"; readonly selector: number; readonly offset: number; readonly size: 2 | 4 }
  | { readonly what: "ret"; readonly size: 2 | 4; readonly release: number }
  | { readonly what: "iret"; readonly size: 2 | 4 }
  | { readonly what: "int"; readonly vector: number; readonly form: "n" | "3" | "into" }
  | {
      readonly what: "sensitive";
      readonly rule: "iopl" | "virtual-iopl" | "ring0" | "invalid";
      readonly clears?: number;
      readonly sets?: number;
    }
);

export interface Case {
  readonly group: string;
  /** What is tried, in words: for whoever reads a difference. */
  readonly name: string;
  readonly operations: readonly Operation[];
  /** Doublewords of the area by their number, least first. */
  readonly patches: readonly (readonly [number, number])[];
}

/** Gathers the changes of one case; smaller than a doubleword they keep what is around them. */
export class Builder {
  private readonly bytes = new Map<number, number>();
  readonly operations: Operation[] = [];
  constructor(
    private readonly area: Uint8Array,
    readonly group: string,
  ) {}

  put(at: number, value: number, size: Size = 4): this {
    for (let n = 0; n < size; n++) this.bytes.set(at + n, (value >>> (8 * n)) & 0xff);
    return this;
  }
  descriptor(selector: number, [low, high]: Doublewords): this {
    const at = (selector & 4 ? LDT : GDT) + (selector & 0xfff8);
    return this.put(at, low).put(at + 4, high);
  }
  idt(vector: number, [low, high]: Doublewords): this {
    return this.put(IDT + 8 * vector, low).put(IDT + 8 * vector + 4, high);
  }
  /** A field of the test's TSS: what the test begins with. */
  begin(field: Exclude<keyof typeof TSS32, "general">, value: number): this {
    const small = ["es", "cs", "ss", "ds", "fs", "gs", "ldt", "ss0", "link"].includes(field);
    return this.put(TEST_TSS + TSS32[field], value, small ? 2 : 4);
  }
  register(n: number, value: number): this {
    return this.put(TEST_TSS + TSS32.general + 4 * n, value);
  }
  /** Writes the target's code anew, lest an instruction be remembered from a case in which the limit was another. */
  fresh(): this {
    return this.put(TARGET, 0x0b0f0b0f);
  }
  do(...operations: readonly Operation[]): this {
    this.operations.push(...operations);
    return this;
  }

  build(name: string, code = CODE): Case {
    let at = code;
    for (const byte of [...this.operations.flatMap((o) => o.bytes), 0x0f, 0x0b]) this.put(at++, byte, 1);
    const numbers = [...new Set([...this.bytes.keys()].map((place) => place >> 2))].sort((a, b) => a - b);
    const byteAt = (place: number): number => this.bytes.get(place) ?? this.area[place]!;
    const patches = numbers.map((n) => [n, [3, 2, 1, 0].reduce((value, k) => value * 256 + byteAt(4 * n + k), 0)] as const);
    return { group: this.group, name, operations: this.operations, patches };
  }
}
