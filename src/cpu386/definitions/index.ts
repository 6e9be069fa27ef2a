/** The whole instruction set. Order decides shape and handler numbers, nothing else. */
import { arithmetic } from "./arithmetic.js";
import { control } from "./control.js";
import { move } from "./move.js";
import { shift } from "./shift.js";
import { strings } from "./string.js";
import { system } from "./system.js";
import { buildTable } from "./table.js";
import { x87 } from "./x87/index.js";

export const TABLE = buildTable([...arithmetic, ...move, ...shift, ...control, ...strings, ...system, ...x87]);
