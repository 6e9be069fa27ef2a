/** Every sample prints the same lines as ever, and in QEMU the same as here, partition by partition. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Answer, byPartition, runInBoth } from "./tools.js";

const TYPED: Record<string, Answer> = { irq: { prompt: "serial: type a line\n", line: "hello world" } };

/** Where code and partitions lie changes with every change of the kernel, and is nothing that a sample shows. */
const withoutAddresses = (text: string): string =>
  text.replace(/ base 0x[0-9a-f]{8}/g, " base ADDRESS").replace(/( at 0x[0-9a-f]+:)0x[0-9a-f]{8}/g, "$1ADDRESS");

test.concurrent.each(["hello", "ticker", "slice", "irq", "ports", "errors", "apex", "stress", "forward-2013"])("%s", async (name) => {
  const { here, qemu } = await runInBoth(`${name}.elf`, TYPED[name]);
  expect(withoutAddresses(here.stdout)).toBe(readFileSync(new URL(`${name}.expected.txt`, import.meta.url), "utf8"));
  expect(here).toMatchObject({ status: 0, stderr: "" });
  expect(byPartition(qemu.stdout)).toEqual(byPartition(here.stdout));
  expect(qemu).toMatchObject({ status: 0, stderr: "" });
});
