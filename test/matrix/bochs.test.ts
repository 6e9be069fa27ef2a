/** Every case of the protected-mode matrix: see ARCHITECTURE.md, "Tests". */
import { test } from "vitest";
import { compare } from "./compare.js";

test("Bochs does too, but for what it is known for, in every case tried", () => compare("bochs"));
