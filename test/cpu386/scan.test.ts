/** Searches of memory by vectors, beside a loop over the elements. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Size } from "../../src/cpu386/bus.js";
import { type End, type Second, scansOf } from "../../src/cpu386/wasm/scan.js";

const memory = new WebAssembly.Memory({ initial: 1 });
const u8 = new Uint8Array(memory.buffer);
const scans = scansOf(memory);
const [A, B, LENGTH] = [100, 2001, 400];
const element = (at: number, size: Size): number => Buffer.from(u8.buffer).readUIntLE(at, size);

const KINDS = (["memory", "value"] as const).flatMap((second) =>
  (["equal", "different"] as const).flatMap((until) => ([1, 2, 4] as const).map((size): [Second, End, Size] => [second, until, size])),
);

test.each(KINDS)("%s until %s, elements of %i bytes", (second, until, size) => {
  const few = fc.array(fc.tuple(fc.nat(LENGTH - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(few, few, fc.boolean(), fc.nat(Math.floor(LENGTH / size)), fc.nat(63), (inA, inB, alike, elements, shift) => {
      const [a, b] = [A + shift, B + (shift >> 1)];
      u8.fill(0x55, a, a + LENGTH).fill(alike ? 0x55 : 0xaa, b, b + LENGTH);
      for (const [at, value] of inA) u8[a + at] = value;
      for (const [at, value] of inB) u8[b + at] = value;
      const value = element(b, size);
      let n = 0;
      for (; n < elements; n++) {
        const same = element(a + n * size, size) === (second === "value" ? value : element(b + n * size, size));
        if (same === (until === "equal")) break;
      }
      expect(scans(second, until, size)(a, second === "value" ? value : b, elements)).toBe(n);
    }),
    { numRuns: 500 },
  );
});
