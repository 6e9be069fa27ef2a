/** Every case of the protected-mode matrix: see ARCHITECTURE.md, "Tests". */
import { expect, test } from "vitest";
import { image } from "../support/pok386.js";
import { compare, engineAt } from "./compare.js";
import { ENGINE_JUMP, SELECTOR } from "./layout.js";

test("this processor does what the manual says, in every case", { timeout: 300_000 }, () => compare("here"));

test("the engine jumps to a case's task where the rules have it", () => {
  expect(engineAt(image("matrix-rom.bin"), ENGINE_JUMP, 7)).toEqual([0xea, 0, 0, 0, 0, SELECTOR.testTss, 0]);
});
