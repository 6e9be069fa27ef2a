/** Every case of the protected-mode matrix: see ARCHITECTURE.md, "Tests". */
import { test } from "vitest";
import { compare } from "./compare.js";

test("QEMU does too, but for what it is known for, in every case tried", { timeout: 300_000 }, () => compare("qemu"));
