import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { MAIN, TWO } from "../support/pok386.js";

/** Its first line of output alone is read; its exit status, and what it says on standard error. */
function headed(...args: string[]): { status: number; stderr: string } {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  const { stdout, stderr } = spawnSync("bash", ["-c", `${command} | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`], { encoding: "utf8" });
  return { status: Number(stdout), stderr };
}

const folder = mkdtempSync(join(tmpdir(), "pok386-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a run whose output nobody reads any more ends as by SIGPIPE, without a word", () => {
  expect(headed("run", TWO)).toEqual({ status: 141, stderr: "" });
});

test("its recording is whole", () => {
  const path = join(folder, "piped.rec");
  expect(headed("run", TWO, "--record", path)).toEqual({ status: 141, stderr: "" });
  const { stderr } = spawnSync(process.execPath, [MAIN, "replay", path], { encoding: "utf8" });
  expect(stderr).toMatch(/as recorded\n$/);
});
