import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./support/pok386.js";

test("docs/OPCODES.md is what the definition table says", () => {
  const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/generate-docs.mjs`, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
