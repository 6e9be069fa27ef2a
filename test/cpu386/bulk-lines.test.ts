/** How far rep may go at once: to the first line of memory with a flag. */
import fc from "fast-check";
import { expect, it } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { BulkStrings } from "../../src/cpu386/operations/bulk.js";
import { Machine } from "./machine.js";

const LINES = 200;
const LINE = 1 << L.LINE_SHIFT;

it("counts none of none, at address 0 either", () => {
  expect(new BulkStrings(new Machine().p, { available: 0, spend: () => {} }).unflagged(0, 0)).toBe(0);
});

it("counts the bytes in front of a flagged line", () => {
  const { p } = new Machine();
  const strings = new BulkStrings(p, { available: 0, spend: () => {} });
  fc.assert(
    fc.property(
      fc.array(fc.nat(LINES - 1), { maxLength: 3 }),
      fc.nat(LINES * LINE - 1),
      fc.integer({ min: 1, max: LINES * LINE }),
      (flagged, start, wanted) => {
        const length = Math.min(wanted, LINES * LINE - start);
        p.u8.fill(0, L.LINE_FLAGS, L.LINE_FLAGS + LINES);
        for (const line of flagged) p.u8[L.LINE_FLAGS + line] = L.LINE_CODE;
        const first = Math.min(...flagged.filter((line) => (line + 1) * LINE > start).map((line) => line * LINE));
        expect(strings.unflagged(start, length)).toBe(Math.min(length, Math.max(0, first - start)));
      },
    ),
    { numRuns: 2000 },
  );
});
