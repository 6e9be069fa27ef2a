import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { image, root } from "../support/pok386.js";

const node = (...args: string[]) => spawnSync(process.execPath, args, { encoding: "utf8" });

/** The chunks that loading one brings, by name, and whether V8 refused what was kept for them: null if there is nothing. */
function loaded(dist: string, chunk: string): Record<string, boolean | null> {
  const program = `import(${JSON.stringify(`${dist}/cli/chunks.js`)}).then(({ chunks, loadChunk }) => {
    loadChunk(${JSON.stringify(`${dist}/${chunk}`)});
    console.log(JSON.stringify([...chunks].map(([path, { script }]) => [path, script.cachedDataRejected ?? null])));
  })`;
  const { stdout, stderr } = node("-e", program);
  if (!stdout) throw new Error(stderr);
  const refused = JSON.parse(stdout) as [string, boolean | null][];
  return Object.fromEntries(refused.map(([path, isRefused]) => [path.slice(dist.length + 1), isRefused]));
}

test.each(["commands.cjs", "host.cjs"])("V8 takes what was kept of %s and of what it needs", (chunk) => {
  const refused = loaded(`${root}dist`, chunk);
  expect(refused).toHaveProperty([chunk]);
  expect(new Set(Object.values(refused))).toEqual(new Set([false]));
});

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "pok386-"));
  cpSync(`${root}dist`, `${copy}/dist`, { recursive: true, filter: (path) => !path.endsWith(".map") });
  cpSync(`${root}package.json`, `${copy}/package.json`);
});
afterAll(() => rmSync(copy, { recursive: true }));
const caches = (): string[] => readdirSync(`${copy}/dist`).filter((name) => name.endsWith(".cache"));
const frames = (): string => node(`${copy}/dist/cli/main.js`, "run", image("pok-two.elf"), "--append", "frames=3").stdout;

test("with what was kept cut off, or none of it, the program is the same", () => {
  const expected = frames();
  expect(expected).toContain("kernel: 3 frames");
  for (const name of caches()) truncateSync(`${copy}/dist/${name}`, 1000);
  expect(frames()).toBe(expected);
  expect(loaded(`${copy}/dist`, "commands.cjs")).toMatchObject({ "commands.cjs": true });
  for (const name of caches()) rmSync(`${copy}/dist/${name}`);
  expect(frames()).toBe(expected);
});

test("with other flags of V8 the program is read anew", () => {
  const program = node("--stack-size=900", `${root}dist/cli/main.js`, "--version");
  expect(program.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("messages name the lines of the program's files", () => {
  const path = `${copy}/dist/broken.cjs`;
  writeFileSync(path, 'exports.fine = 1;\n\nthrow new Error("broken");\n');
  expect(() => loaded(`${copy}/dist`, "broken.cjs")).toThrow("pok386/broken.cjs:3");
});
