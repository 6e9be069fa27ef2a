import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./support/pok386.js";

test("docs/OPCODES.md, docs/CONFORMANCE.md and docs/PACKETS.md are what the definitions say", () => {
  const { status, stderr } = spawnSync(process.execPath, [`${root}scripts/generate-docs.mjs`, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
