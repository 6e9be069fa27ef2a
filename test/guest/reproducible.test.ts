import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TEST_TIMEOUT } from "../support/patience.js";
import { images, root, run } from "./tools.js";

const elsewhere = mkdtempSync(join(tmpdir(), "pok386-guest-"));
afterAll(() => rmSync(elsewhere, { recursive: true }));

test("building in another folder gives the committed images, byte for byte", () => {
  const compiler = run("gcc", ["--version"]).stdout.split("\n", 1)[0];
  cpSync(join(root, "src/guest"), join(elsewhere, "a b/src/guest"), { recursive: true, filter: (path) => !path.endsWith("/images") });
  cpSync(join(root, "scripts/build-guest.sh"), join(elsewhere, "a b/scripts/build-guest.sh"));

  const { status, stderr } = run("bash", [join(elsewhere, "a b/scripts/build-guest.sh"), join(elsewhere, "out")], TEST_TIMEOUT);
  expect(stderr).toBe("");
  expect(status).toBe(0);

  const names = readdirSync(images).filter((name) => /\.(elf|bin|a)$/.test(name));
  expect(readdirSync(join(elsewhere, "out"))).toEqual(names);
  for (const name of names) {
    const same = readFileSync(join(elsewhere, "out", name)).equals(readFileSync(images + name));
    expect(same, `${name} as built here by ${compiler}; committed ones are by gcc 12.2.0 and binutils 2.40 of Debian 12`).toBe(true);
  }
});

test("the images together stay small", () => {
  const sizes = readdirSync(images).map((name) => statSync(images + name).size);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(6_000_000);
});
