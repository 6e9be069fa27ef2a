/** What regions call: operations in TypeScript (see StaticEmitter.callHelper), and the functions of wasm/quick.ts and wasm/x87. */
import { I32, type ImportedFunction } from "../wasm/binary.js";
import { FUNCTIONS, type X87Name } from "../wasm/x87/names.js";

const imported = (name: string, parameters: number): ImportedFunction => ({
  name,
  parameters: Array.from({ length: parameters }, () => I32),
  results: [I32],
});

export const REGION_IMPORTS: readonly ImportedFunction[] = [
  imported("helper", 1),
  imported("bulk", 2),
  imported("loadSegment", 2),
  imported("knowsCode", 3),
  imported("enterCode", 2),
  ...Object.entries(FUNCTIONS).map(([name, parameters]) => imported(name, parameters.length)),
];
const index = (name: string): number => REGION_IMPORTS.findIndex((f) => f.name === name);
export const HELPER = index("helper");
export const BULK = index("bulk");
export const LOAD_SEGMENT = index("loadSegment");
export const KNOWS_CODE = index("knowsCode");
export const ENTER_CODE = index("enterCode");
export const x87Index = (name: X87Name): number => index(name);
