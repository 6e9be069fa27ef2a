/** Every case of the protected-mode matrix: see ARCHITECTURE.md, "Tests". */
import { expect, test } from "vitest";
import { compare } from "./compare.js";
import { ENGINE_JUMP, SELECTOR } from "./layout.js";
import { romBytes } from "./machines.js";

test("this processor does what the manual says, in every case tried", () => compare("here"));

test("the engine jumps to a case's task where the rules have it", () => {
  expect([...romBytes().subarray(ENGINE_JUMP, ENGINE_JUMP + 7)]).toEqual([0xea, 0, 0, 0, 0, SELECTOR.testTss, 0]);
});
