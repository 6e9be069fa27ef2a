/** All cases, group by group. */
import type { Case } from "../case.js";
import { accesses } from "./accesses.js";
import { interrupts } from "./interrupts.js";
import { loads } from "./loads.js";
import { returns } from "./returns.js";
import { tasks } from "./tasks.js";
import { transfers } from "./transfers.js";
import { virtual8086 } from "./virtual.js";

export function* everyCase(): Iterable<Case> {
  yield* loads();
  yield* accesses();
  yield* transfers();
  yield* returns();
  yield* interrupts();
  yield* tasks();
  yield* virtual8086();
}
