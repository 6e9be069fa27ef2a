/** The nodes of a region and the static flow between them. */
import type { LazyFlag } from "../emitter.js";
import type { Terminator } from "./static.js";

export interface Node {
  /** Offset of its first instruction. */
  readonly ip: number;
  /** Instructions in it. */
  length: number;
  /** Further ones that are executed or not: see if-conversion.ts. */
  sometimes: number;
  code: Uint8Array;
  /** Whether its code branches to the block around it. */
  exits: boolean;
  /** Whether operations called out to decide about the reason. */
  callsOut: boolean;
  /** Whether it may take more off the budget than its length, so that it has to be looked at behind it. */
  repeats: boolean;
  /** The locals of registers and flags that it sets. */
  changes: ReadonlySet<number>;
  /** Those of its last instruction that registers tell. */
  flagsByRegisters: ReadonlyMap<LazyFlag, readonly number[]>;
  terminator: Terminator;
  /** Nodes that its terminator names and that are part of the region. */
  successors: readonly Node[];
  /** Further nodes that it names: entries, reached by way of the dispatchers. */
  dispatched: readonly Node[];
  /** Instructions from here to the next node with such a number, at most: there the budget is looked at. 0: not here. */
  need: number;
  /** Its number at dispatchers, from 1; 0: it is reached by static jumps only. */
  entry: number;
}

/**
 * Strongly connected components of a set of nodes, in topological order: no edge leads from a later one to an earlier one. Edges to `cut`
 * do not count.
 */
export function components(nodes: Iterable<Node>, cut: ReadonlySet<Node>): Node[][] {
  const members = new Set(nodes);
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const stack: Node[] = [];
  const open = new Set<Node>();
  const found: Node[][] = [];
  const next = (n: Node): Node[] => n.successors.filter((s) => members.has(s) && !cut.has(s));
  const enter = (n: Node): void => {
    index.set(n, index.size);
    low.set(n, index.get(n)!);
    stack.push(n);
    open.add(n);
  };
  const leave = (n: Node): void => {
    if (low.get(n) !== index.get(n)) return;
    const component: Node[] = [];
    for (;;) {
      const member = stack.pop()!;
      open.delete(member);
      component.push(member);
      if (member === n) break;
    }
    found.push(component);
  };
  const lower = (n: Node, to: number): void => {
    if (to < low.get(n)!) low.set(n, to);
  };
  for (const start of members) {
    if (index.has(start)) continue;
    enter(start);
    // Tarjan's walk with a stack of its own: regions may be deep.
    const path: { readonly node: Node; readonly rest: Node[] }[] = [{ node: start, rest: next(start) }];
    while (path.length > 0) {
      const { node, rest } = path[path.length - 1]!;
      const to = rest.pop();
      if (to === undefined) {
        path.pop();
        leave(node);
        const parent = path[path.length - 1];
        if (parent) lower(parent.node, low.get(node)!);
      } else if (!index.has(to)) {
        enter(to);
        path.push({ node: to, rest: next(to) });
      } else if (open.has(to)) lower(node, index.get(to)!);
    }
  }
  return found.reverse();
}

/** Which nodes jump to a node. */
export type Predecessors = ReadonlyMap<Node, readonly Node[]>;
export function predecessorsOf(nodes: readonly Node[]): Predecessors {
  const found = new Map<Node, Node[]>();
  for (const n of nodes) {
    for (const to of n.successors) {
      const known = found.get(to);
      if (known) known.push(n);
      else found.set(to, [n]);
    }
  }
  return found;
}

/** Where a loop is entered: by jumps from outside, or, where there are none, by dispatch, and any entry does for its head. */
export function headsOf(part: readonly Node[], predecessors: Predecessors): readonly Node[] {
  const inside = new Set(part);
  const found = part.filter((n) => predecessors.get(n)?.some((from) => !inside.has(from)));
  return found.length > 0 ? found : [part.find((n) => n.entry > 0) ?? part[0]!];
}

/**
 * Decides where the budget is looked at: at the given nodes, without which nothing may go round in circles, and behind those that take as much
 * as there is. Between them the graph is acyclic, and the longest way is known.
 */
export function measureNeeds(nodes: readonly Node[], given: Iterable<Node>): void {
  const checked = new Set(given);
  for (const n of nodes) if (n.repeats) for (const s of n.successors) checked.add(s);
  const known = new Map<Node, number>();
  const longest = (n: Node): number => {
    const found = known.get(n);
    if (found !== undefined) return found;
    const need = n.length + n.sometimes + Math.max(0, ...n.successors.map((s) => (checked.has(s) ? 0 : longest(s))));
    known.set(n, need);
    return need;
  };
  for (const n of checked) n.need = longest(n);
}

export const isLoop = (component: readonly Node[], cut: ReadonlySet<Node>): boolean =>
  component.length > 1 || component[0]!.successors.some((s) => s === component[0] && !cut.has(s));
