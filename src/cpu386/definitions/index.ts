/** The whole instruction set. Order decides shape and handler numbers, nothing else. */
import { arithmetic } from "./arithmetic.js";
import { control } from "./control.js";
import { descriptorTables } from "./descriptor-table.js";
import { farTransfers } from "./far-transfer.js";
import { flagControl } from "./flag-control.js";
import { inputOutput } from "./io.js";
import { miscellaneous } from "./miscellaneous.js";
import { move } from "./move.js";
import { loadPointers, segmentMoves, segmentStack } from "./segment-register.js";
import { shift } from "./shift.js";
import { strings } from "./string.js";
import { systemControl } from "./system.js";
import { buildTable } from "./table.js";
import { x87 } from "./x87/index.js";

export const TABLE = buildTable([
  ...[...arithmetic, ...move, ...shift, ...control, ...strings],
  ...[...segmentStack, ...loadPointers, ...farTransfers, ...flagControl, ...inputOutput],
  ...[...descriptorTables, ...segmentMoves, ...systemControl, ...miscellaneous],
  ...x87,
]);
