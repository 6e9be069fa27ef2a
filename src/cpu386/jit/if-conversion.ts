/**
 * A branch over an instruction or two that only compute becomes arithmetic: they are executed in any case, and their results kept by a mask.
 * What such a branch depends on is often as good as random (a bit of a checksum, the larger of two numbers), and a branch that is
 * mispredicted takes longer than all of it.
 */
import { i32Const, join, localGet, localSet, OP, type Piece } from "../wasm/binary.js";
import { parse } from "./arithmetic.js";
import type { Node } from "./graph.js";
import { KEPT, LEFT, MASK, REGISTER } from "./locals.js";

const LONGEST = 2;

/** Returns the nodes that are left; the branches over the others are no more. */
export function convertBranches(nodes: readonly Node[]): Node[] {
  const predecessors = countPredecessors(nodes);
  const gone = new Set<Node>();
  for (const n of nodes) {
    const over = skipped(n);
    if (!over || gone.has(n) || predecessors.get(over) !== 1) continue;
    if (!onlyComputes(over.code)) continue;
    convert(n, over);
    gone.add(over);
  }
  return nodes.filter((n) => !gone.has(n));
}

/** A node that cannot be left within and what always follows it, if that is come to in no other way, become one. Returns those that are left. */
export function joinStraight(nodes: readonly Node[]): Node[] {
  const predecessors = countPredecessors(nodes);
  const gone = new Set<Node>();
  for (const n of nodes) {
    if (gone.has(n)) continue;
    for (let to = onlyWay(n); to && predecessors.get(to) === 1; to = onlyWay(n)) {
      append(n, to);
      gone.add(to);
    }
  }
  return nodes.filter((n) => !gone.has(n));
}
function onlyWay(n: Node): Node | undefined {
  const [to] = n.successors;
  return n.terminator.kind === "jump" && !n.exits && !n.callsOut && to && to !== n && to.entry === 0 ? to : undefined;
}
function append(n: Node, to: Node): void {
  n.length += to.length;
  n.sometimes += to.sometimes;
  n.code = join([n.code, to.code]);
  n.changes = new Set([...n.changes, ...to.changes]);
  const { exits, callsOut, repeats, flagsByRegisters, terminator, successors, dispatched } = to;
  Object.assign(n, { exits, callsOut, repeats, flagsByRegisters, terminator, successors, dispatched });
}

function countPredecessors(nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const found = new Map<Node, number>();
  for (const n of nodes) for (const s of new Set(n.successors)) found.set(s, (found.get(s) ?? 0) + 1);
  return found;
}

/** What a node's branch leads over, if it is short and leads on to where the branch goes. */
function skipped(n: Node): Node | undefined {
  const { terminator: t } = n;
  // Behind one that repeats the budget is to be looked at.
  if (t.kind !== "branch" || t.taken === t.next || n.repeats) return undefined;
  const [over, target] = [t.next, t.taken].map((ip) => n.successors.find((s) => s.ip === ip));
  if (!over || !target || over === n || over.entry > 0 || over.length > LONGEST || over.sometimes > 0) return undefined;
  return over.terminator.kind === "jump" && over.successors.length === 1 && over.successors[0] === target ? over : undefined;
}

const onlyComputes = (code: Uint8Array): boolean => parse([...code]) !== undefined;

function convert(n: Node, over: Node): void {
  const { terminator } = n;
  const { changes: changed } = over;
  if (terminator.kind !== "branch") return;
  const kept = (local: number): number => KEPT + local - REGISTER;
  // -1 where the branch is not taken.
  const code: Piece[] = [n.code];
  const put = (...parts: Piece[]): void => {
    code.push(...parts);
  };
  put(i32Const(0), terminator.otherwise.code, [OP.i32Sub], localSet(MASK));
  for (const local of changed) put(localGet(local), localSet(kept(local)));
  put(over.code);
  for (const local of changed) {
    put(
      localGet(kept(local)),
      localGet(kept(local)),
      localGet(local),
      [OP.i32Xor],
      localGet(MASK),
      [OP.i32And, OP.i32Xor],
      localSet(local),
    );
  }
  put(localGet(LEFT), localGet(MASK), i32Const(over.length), [OP.i32And, OP.i32Sub], localSet(LEFT));
  n.code = join(code);
  n.changes = new Set([...n.changes, ...changed]);
  n.flagsByRegisters = new Map();
  n.terminator = { kind: "jump", to: terminator.taken };
  n.successors = over.successors;
  n.sometimes += over.length;
}
