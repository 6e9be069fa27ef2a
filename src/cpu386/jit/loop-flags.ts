/**
 * Flags around loops. What a loop's last compare has left is wanted at the loop's head only if the region is left there, and follows from
 * registers that are kept anyway. So on the way back it is not carried along: the head computes the words from the registers, or, where it
 * was reached in another way, takes what was put aside then. WebAssembly's engine moves that to the exits.
 */
import type { LazyFlag } from "../emitter.js";
import { i32Const, localGet, localSet, OP } from "../wasm/binary.js";
import { parse } from "./arithmetic.js";
import type { Node } from "./graph.js";
import { ASIDE, FLAGS, FROM_REGISTERS } from "./locals.js";

/** Nodes without flags of their own, one behind the other. */
const DEPTH = 4;
const LOCALS = Object.values(FLAGS).map(({ local }) => local);

type Pieces = readonly (readonly number[])[];

/** How a head is come back to. */
interface Return {
  readonly from: Node;
  /** The words by registers. */
  readonly words: ReadonlyMap<LazyFlag, readonly number[]>;
}

export class LoopFlags {
  private readonly returns = new Map<Node, Return>();

  constructor(nodes: readonly Node[], heads: ReadonlySet<Node>) {
    const predecessors = onlyPredecessors(nodes);
    for (const from of nodes) {
      const words = wordsBehind(from, predecessors, DEPTH);
      if (words.size === 0) continue;
      for (const head of from.successors) {
        if (!heads.has(head) || head.ip > from.ip) continue;
        if (words.size > (this.returns.get(head)?.words.size ?? 0)) this.returns.set(head, { from, words });
      }
    }
  }

  /** First of all in a node. */
  atHead(n: Node): Pieces {
    const words = [...(this.returns.get(n)?.words ?? [])];
    return words.flatMap(([flag, code]) => [
      localGet(ASIDE[flag]),
      localGet(ASIDE[flag]),
      code,
      [OP.i32Xor, ...localGet(FROM_REGISTERS), OP.i32And, OP.i32Xor],
      localSet(FLAGS[flag].local),
    ]);
  }
  /** Right before a jump. */
  onWay(from: Node, to: Node): Pieces {
    const back = this.returns.get(to);
    if (!back) return [];
    return back.from === from ? [i32Const(-1), localSet(FROM_REGISTERS)] : aside(back.words.keys());
  }
  /** Before a jump from where nothing is known. */
  before(to: Node): Pieces {
    const back = this.returns.get(to);
    return back ? aside(back.words.keys()) : [];
  }
}

/** Of the nodes that are come to in one way only. */
function onlyPredecessors(nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  const found = new Map<Node, Node>();
  const several = new Set(nodes.filter(({ entry }) => entry > 0));
  for (const n of nodes) {
    for (const to of n.successors) {
      if (found.has(to)) several.add(to);
      found.set(to, n);
    }
  }
  for (const n of several) found.delete(n);
  return found;
}

/** The words behind a node by registers; one that leaves the flags alone has those of the node before it. */
function wordsBehind(n: Node, predecessors: ReadonlyMap<Node, Node>, depth: number): Node["flagsByRegisters"] {
  if (LOCALS.some((local) => n.changes.has(local))) return n.flagsByRegisters;
  const before = depth > 0 ? predecessors.get(n) : undefined;
  if (!before) return new Map();
  const words = wordsBehind(before, predecessors, depth - 1);
  return new Map([...words].filter(([, code]) => parse(code)?.every(({ local }) => local === undefined || !n.changes.has(local))));
}

const aside = (flags: Iterable<LazyFlag>): Pieces => [
  ...[...flags].flatMap((flag) => [localGet(FLAGS[flag].local), localSet(ASIDE[flag])]),
  i32Const(0),
  localSet(FROM_REGISTERS),
];
