/**
 * Entries in the middle of loops. The cold tier comes into a loop wherever a jump leads back to, which is not always the loop's head: one
 * that begins with a jump to its condition has that in its middle. A second way in would cost a look at each iteration, so such an entry
 * becomes a copy of the way from there to the head, in front of everything.
 */
import { components, headsOf, isLoop, type Node, predecessorsOf } from "./graph.js";

/** Instructions that are copied for an entry, and for all of a region. */
const LONGEST = 40;
const MOST = 400;

/** A loop, and those around it. */
interface Nest {
  readonly loop: ReadonlySet<Node>;
  readonly heads: ReadonlySet<Node>;
  readonly around: Nest | undefined;
}

/** Appends heads that copies lead to to `entries`, and puts copies in their places there. Returns all nodes. */
export function copyWaysIn(nodes: readonly Node[], entries: Node[]): Node[] {
  const copies: Node[] = [];
  let room = MOST;
  const predecessors = predecessorsOf(nodes);
  const visit = (members: readonly Node[], cut: ReadonlySet<Node>, around: Nest | undefined): void => {
    for (const part of components(members, cut)) {
      if (!isLoop(part, cut)) continue;
      const nest = { loop: new Set(part), heads: new Set(headsOf(part, predecessors)), around };
      for (const entry of part) {
        const way = room > 0 && entry.entry > 0 && !nest.heads.has(entry) ? wayToHeads(entry, nest) : undefined;
        if (!way) continue;
        room -= way.nodes.reduce((sum, node) => sum + node.length, 0);
        copies.push(...copy(way, entries));
      }
      visit(part, nest.heads, nest);
    }
  };
  visit(nodes, new Set(), undefined);
  return [...nodes, ...copies];
}

/** Nodes to be copied, and the heads that they lead to. */
interface Way {
  readonly nodes: readonly Node[];
  readonly heads: ReadonlySet<Node>;
}

/**
 * What an entry leads to before its loop's head, itself first, and what leads out of the loop on to heads of those around it, as far as there is
 * room; undefined if what lies before the head goes in circles or is too much.
 */
function wayToHeads(entry: Node, nest: Nest): Way | undefined {
  let way: Way | undefined;
  const heads = new Set<Node>();
  for (let around: Nest | undefined = nest; around; around = around.around) {
    for (const head of around.heads) heads.add(head);
    const wider = follow(entry, around.loop, heads);
    if (!wider) break;
    way = { nodes: wider, heads: new Set(heads) };
  }
  return way;
}
function follow(entry: Node, within: ReadonlySet<Node>, heads: ReadonlySet<Node>): Node[] | undefined {
  const found = new Set([entry]);
  let size = 0;
  for (const node of found) {
    size += node.length;
    for (const to of node.successors) if (within.has(to) && !heads.has(to)) found.add(to);
    if (size > LONGEST) return undefined;
  }
  const way = [...found];
  return components(way, heads).some((part) => isLoop(part, heads)) ? undefined : way;
}

function copy({ nodes, heads }: Way, entries: Node[]): Iterable<Node> {
  const copies = new Map(nodes.map((node) => [node, { ...node, entry: 0 }]));
  for (const [node, own] of copies) {
    own.successors = node.successors.flatMap((to) => copies.get(to) ?? []);
    // Into the loop by dispatch: a jump from here would make its head one of all loops around it.
    own.dispatched = node.successors.filter((to) => heads.has(to));
    for (const head of own.dispatched) if (head.entry === 0) head.entry = entries.push(head);
  }
  const [entry] = nodes;
  const own = copies.get(entry!)!;
  own.entry = entry!.entry;
  entries[own.entry - 1] = own;
  entry!.entry = 0;
  return copies.values();
}
