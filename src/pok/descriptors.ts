/** Which descriptors are partitions: ring-3 code and data pairs of equal base, present or not. */
import { linear } from "../cpu386/address.js";
import type { Processor } from "../cpu386/processor.js";
import { type Descriptor, dplOf, isCode, isConforming, isPresent, isWritableData } from "../cpu386/segment.js";
import { readTable } from "../debug/descriptors.js";
import type { SpaceSegments } from "../debug/system.js";

/**
 * The partitions of a GDT in the order of their code descriptors. POK clears P of partitions that are not running, so presence is
 * reported and not required. Further descriptors of a base already taken are aliases, and data without code is just data.
 */
export function findPartitions(cpu: Processor): SpaceSegments[] {
  const ring3 = readTable(cpu, false).filter((d) => dplOf(d.attributes) === 3);
  const data = ring3.filter((d) => isWritableData(d.attributes));
  const taken = new Set<number>();
  const found: SpaceSegments[] = [];
  for (const code of ring3) {
    if (!isCode(code.attributes) || isConforming(code.attributes) || taken.has(code.base)) continue;
    const partner = pick(data, code);
    if (!partner) continue;
    taken.add(code.base);
    found.push({
      base: linear(code.base),
      // An offset that either segment reaches is the partition's: stacks and heaps may lie beyond the code's limit.
      limit: Math.max(code.limit, partner.limit),
      code: code.selector,
      data: partner.selector,
      present: isPresent(code.attributes),
    });
  }
  return found;
}

/** The data descriptor of the same base, the one of equal limit and the nearest behind the code's first. */
function pick(data: readonly Descriptor[], code: Descriptor): Descriptor | undefined {
  const candidates = data.filter((d) => d.base === code.base);
  const rank = (d: Descriptor): number =>
    (d.limit === code.limit ? 0 : 0x20000) + (d.selector > code.selector ? d.selector - code.selector : 0x10000);
  return candidates.sort((a, b) => rank(a) - rank(b))[0];
}
