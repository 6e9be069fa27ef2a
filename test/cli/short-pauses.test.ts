import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "../support/pok386.js";

/** Keeps a part of what it allocates, and says to how many megabytes V8's young generation has grown for it. */
const grow = `
  const kept = [];
  for (let n = 0; n < 3e6; n++) if (n % 8 === 0) kept[n % 50000] = { n, text: "x" + n };
  const { space_size } = require("v8").getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  console.log(space_size / 2 ** 20);
`;
const megabytes = (first: string): number =>
  Number(spawnSync(process.execPath, ["-e", `import(${JSON.stringify(first)}).then(() => { ${grow} })`], { encoding: "utf8" }).stdout);

test("V8's young generation stays as it began, where it would grow", () => {
  expect(megabytes(`${root}dist/cli/short-pauses.js`)).toBeLessThanOrEqual(2);
  expect(megabytes("node:v8")).toBeGreaterThan(2);
});
