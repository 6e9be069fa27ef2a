/** What the generators of cases share. */
import { Builder } from "../case.js";
import { codeOf, dataOf, initialArea, stackOf } from "../layout.js";

export const AREA_BEFORE = initialArea();
export const RINGS = [0, 1, 2, 3] as const;
export const SYSTEM_TYPES = Array.from({ length: 16 }, (_, n) => n);
export const SEGMENT_TYPES = [0x10, 0x12, 0x14, 0x16, 0x18, 0x1a, 0x1c, 0x1e] as const;
export const ALL_TYPES = [...SYSTEM_TYPES, ...SEGMENT_TYPES];
/** Enough where only code, conforming or not, and data are told apart. */
export const SOME_TYPES = [0x02, 0x09, 0x0c, 0x10, 0x12, 0x16, 0x18, 0x1a, 0x1e] as const;

/** A case that begins in a ring, with everything of that ring. */
export function begin(group: string, cpl: number): Builder {
  const b = new Builder(AREA_BEFORE, group);
  if (cpl === 0) return b;
  for (const name of ["es", "ss", "ds", "fs", "gs"] as const) b.begin(name, dataOf(cpl));
  return b.begin("cs", codeOf(cpl)).register(4, stackOf(cpl));
}

/** Every way to choose one of each, the last fastest. */
export function* product<const T extends readonly (readonly unknown[])[]>(...lists: T): Iterable<{ [K in keyof T]: T[K][number] }> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [] as { [K in keyof T]: T[K][number] };
    return;
  }
  for (const head of first) for (const tail of product(...rest)) yield [head, ...tail] as { [K in keyof T]: T[K][number] };
}

export const typeName = (type: number): string => `type ${type.toString(16).padStart(2, "0")}`;
export const describe = (type: number, dpl: number, absent: boolean): string => `${typeName(type)} dpl ${dpl}${absent ? " absent" : ""}`;
export const hex = (n: number): string => n.toString(16);
export const BOTH = [false, true] as const;
