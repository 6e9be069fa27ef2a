import { beforeAll, expect, it } from "vitest";
import { Driver } from "./history/driver.js";
import { staleKernel } from "./history/stale-kernel.js";

let driver: Driver;
const answer = (address: string): string => {
  let text = "";
  driver.target.monitor(`translate ${address}`, (part) => {
    text += part;
  });
  return text;
};
const translated = (at: number): string => answer(`ds:${at}`).split("\n").slice(1).join("\n");

beforeAll(() => {
  driver = new Driver(staleKernel().image, undefined);
  driver.machine.run(2_000);
});

it("translate follows the page tables where there is paging", () => {
  expect(translated(0x123456)).toBe("linear 0x00123456 = physical 0x00123456   (writable, supervisor)\n");
});
it("translate takes a lone address as a linear one", () => {
  expect(answer("0x123456")).toBe("linear 0x00123456 = physical 0x00123456   (writable, supervisor)\n");
});
it("translate says why an address is not mapped", () => {
  expect(translated(0x401234)).toBe("linear 0x00401234 is not mapped: the page-table entry is not present (P = 0)\n");
  expect(translated(0x800000)).toBe("linear 0x00800000 is not mapped: the page-directory entry is not present (P = 0)\n");
});
it("translate tells of a translation that the TLB still has", () => {
  const stale = new Set<string>();
  for (let n = 0; n < 20; n++) {
    driver.machine.run(1);
    stale.add(translated(0x400010));
  }
  const [up, down] = ["0x00300010", "0x00301010"];
  const rights = "   (writable, supervisor)\n";
  const still = (held: string): string =>
    `the TLB still has physical ${held}: the tables have changed since, without invlpg or a load of CR3\n`;
  const held = [...stale].some((text) => text.endsWith(still(up))) ? up : down;
  const other = held === up ? down : up;
  const linear = "linear 0x00400010 = physical ";
  expect(stale).toEqual(new Set([`${linear}${held}${rights}`, `${linear}${other}${rights}${still(held)}`]));
});
