/**
 * A branch over an instruction or two that only compute becomes arithmetic: they are executed in any case, and their results kept by a mask.
 * What such a branch depends on is often as good as random (a bit of a checksum, the larger of two numbers), and a branch that is
 * mispredicted takes longer than all of it.
 */
import { i32Const, join, localGet, localSet, OP, type Piece } from "../wasm/binary.js";
import { parse } from "./arithmetic.js";
import type { Node } from "./graph.js";
import { KEPT, LEFT, MASK, REGISTER, STATE_END } from "./locals.js";

const LONGEST = 2;

/** Returns the nodes that are left; the branches over the others are no more. */
export function convertBranches(nodes: readonly Node[]): Node[] {
  const predecessors = new Map<Node, number>();
  for (const n of nodes) for (const s of new Set(n.successors)) predecessors.set(s, (predecessors.get(s) ?? 0) + 1);
  const gone = new Set<Node>();
  for (const n of nodes) {
    const over = skipped(n);
    if (!over || gone.has(n) || predecessors.get(over) !== 1) continue;
    const changed = setByCode(over.code);
    if (!changed) continue;
    convert(n, over, changed);
    gone.add(over);
  }
  return nodes.filter((n) => !gone.has(n));
}

/** What a node's branch leads over, if it is short and leads on to where the branch goes. */
function skipped(n: Node): Node | undefined {
  const { terminator: t } = n;
  if (t.kind !== "branch" || t.taken === t.next) return undefined;
  const [over, target] = [t.next, t.taken].map((ip) => n.successors.find((s) => s.ip === ip));
  if (!over || !target || over === n || over.entry > 0 || over.length > LONGEST || over.sometimes > 0) return undefined;
  return over.terminator.kind === "jump" && over.successors.length === 1 && over.successors[0] === target ? over : undefined;
}

/** The registers' and flags' locals that code sets; undefined if it does more than compute. */
function setByCode(code: Uint8Array): ReadonlySet<number> | undefined {
  const parts = parse([...code]);
  if (!parts) return undefined;
  const set = parts.flatMap(({ set: local }) => (local !== undefined && local >= REGISTER && local < STATE_END ? [local] : []));
  return new Set(set);
}

function convert(n: Node, over: Node, changed: ReadonlySet<number>): void {
  const { terminator } = n;
  if (terminator.kind !== "branch") return;
  const kept = (local: number): number => KEPT + local - REGISTER;
  // -1 where the branch is not taken.
  const code: Piece[] = [n.code];
  const put = (...parts: Piece[]): void => {
    code.push(...parts);
  };
  put(i32Const(0), terminator.condition.code, [OP.i32Eqz, OP.i32Sub], localSet(MASK));
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
  n.flagsByRegisters = new Map();
  n.terminator = { kind: "jump", to: terminator.taken };
  n.successors = over.successors;
  n.sometimes += over.length;
}
