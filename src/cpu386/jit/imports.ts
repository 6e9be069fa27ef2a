/** What regions call: operations in TypeScript (see StaticEmitter.callHelper), and wasm/quick.ts's functions. */
import { I32, type ImportedFunction } from "../wasm/binary.js";

const imported = (name: string, parameters: number): ImportedFunction => ({
  name,
  parameters: Array.from({ length: parameters }, () => I32),
  results: [I32],
});

export const REGION_IMPORTS: readonly ImportedFunction[] = [
  imported("helper", 1),
  imported("loadSegment", 2),
  imported("knowsCode", 3),
  imported("enterCode", 2),
];
const index = (name: string): number => REGION_IMPORTS.findIndex((f) => f.name === name);
export const HELPER = index("helper");
export const LOAD_SEGMENT = index("loadSegment");
export const KNOWS_CODE = index("knowsCode");
export const ENTER_CODE = index("enterCode");

/** A module's own functions: the region, and what looks pages up. */
export const FIND_PAGE = REGION_IMPORTS.length + 1;
