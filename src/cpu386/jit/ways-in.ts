/**
 * Entries in the middle of loops. The cold tier comes into a loop wherever a jump leads back to, which is not always the loop's head: one
 * that begins with a jump to its condition has that in its middle. A second way in would cost a look at each iteration, so such an entry
 * becomes a copy of the way from there to the head, in front of everything.
 */
import { components, headsOf, isLoop, type Node } from "./graph.js";

/** Instructions that are copied for an entry. */
const LONGEST = 40;

/** Appends heads that copies lead to to `entries`, and puts copies in their places there. Returns all nodes. */
export function copyWaysIn(nodes: readonly Node[], entries: Node[]): Node[] {
  const copies: Node[] = [];
  const visit = (members: readonly Node[], cut: ReadonlySet<Node>): void => {
    for (const part of components(members, cut)) {
      if (!isLoop(part, cut)) continue;
      const from = new Set(headsOf(part, nodes));
      for (const entry of part) {
        const way = entry.entry > 0 && !from.has(entry) ? wayToHead(entry, new Set(part), from) : undefined;
        if (way) copies.push(...copy(way, entries, from));
      }
      visit(part, from);
    }
  };
  visit(nodes, new Set());
  return [...nodes, ...copies];
}

/** The nodes of a loop that an entry leads to before its head, itself first; undefined if they go in circles or are too many. */
function wayToHead(entry: Node, loop: ReadonlySet<Node>, from: ReadonlySet<Node>): Node[] | undefined {
  const found = new Set([entry]);
  let size = 0;
  for (const node of found) {
    size += node.length;
    for (const to of node.successors) if (loop.has(to) && !from.has(to)) found.add(to);
    if (size > LONGEST) return undefined;
  }
  const way = [...found];
  return components(way, from).some((part) => isLoop(part, from)) ? undefined : way;
}

function copy(way: readonly Node[], entries: Node[], from: ReadonlySet<Node>): Iterable<Node> {
  const copies = new Map(way.map((node) => [node, { ...node, entry: 0 }]));
  for (const [node, own] of copies) {
    own.successors = node.successors.flatMap((to) => copies.get(to) ?? []);
    // Into the loop by dispatch: a jump from here would make its head one of all loops around it.
    own.dispatched = node.successors.filter((to) => from.has(to));
    for (const head of own.dispatched) if (head.entry === 0) head.entry = entries.push(head);
  }
  const [entry] = way;
  const own = copies.get(entry!)!;
  own.entry = entry!.entry;
  entries[own.entry - 1] = own;
  entry!.entry = 0;
  return copies.values();
}
