/** The x87 instruction set (SDM volume 1, 5.2). Every one is a TypeScript operation on the state in fpu/. */
import type { Definition } from "../table.js";
import { arithmetic, comparisons } from "./arithmetic.js";
import { control } from "./control.js";
import { onStack } from "./stack.js";
import { transfers } from "./transfer.js";

export const x87: readonly Definition[] = [...arithmetic, ...comparisons, ...transfers, ...onStack, ...control];
