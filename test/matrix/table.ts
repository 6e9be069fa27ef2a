/** The table that the engine reads from memory, and what it prints: see src/guest/matrix/engine.S. */
import type { Case } from "./case.js";
import type { Outcome } from "./rules/predict.js";

/** Where the table lies in the guest's memory. */
export const TABLE = 0x200000;

export function encode(cases: readonly Case[], area: Uint8Array): Uint8Array {
  const size = cases.reduce((sum, c) => sum + 2 + 6 * c.patches.length, 4 + area.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, cases.length, true);
  bytes.set(area, 4);
  let at = 4 + area.length;
  for (const { patches } of cases) {
    view.setUint16(at, patches.length, true);
    at += 2;
    for (const [n, value] of patches) {
      view.setUint16(at, n, true);
      view.setUint32(at + 2, value, true);
      at += 6;
    }
  }
  return bytes;
}

/** What was printed, as far as it is complete. */
export function decode(bytes: Uint8Array): Outcome[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const outcomes: Outcome[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = view.getUint8(at++);
    const hasCode = first !== 0xff && (first & 0x80) !== 0;
    if (at + (hasCode ? 3 : 1) > bytes.length) break;
    const errorCode = hasCode ? view.getUint16(at, true) : undefined;
    if (hasCode) at += 2;
    const count = view.getUint8(at++);
    if (at + 6 * count > bytes.length) break;
    const changed = Array.from(
      { length: count },
      (_, n) => [view.getUint16(at + 6 * n, true), view.getUint32(at + 6 * n + 2, true)] as const,
    );
    at += 6 * count;
    outcomes.push({ vector: first === 0xff ? 0xff : first & 0x7f, errorCode, changed });
  }
  return outcomes;
}

export function same(a: Outcome, b: Outcome): boolean {
  return (
    a.vector === b.vector &&
    a.errorCode === b.errorCode &&
    a.changed.length === b.changed.length &&
    a.changed.every(([n, value], k) => n === b.changed[k]![0] && value === b.changed[k]![1])
  );
}
