/**
 * Turns a region's graph into WebAssembly's structured control flow.
 *
 * One outer loop holds a dispatcher over all entries: returns and indirect jumps inside the region, and the way in, go through it. Inside,
 * strongly connected components become loops, nested as they nest; what remains is acyclic and laid out in topological order, each
 * component behind a block that forward jumps branch out of. A loop that can be entered elsewhere than at its one head has a dispatcher
 * of its own, which sends on what the ENTRY local names; 0 stands for the head.
 */
import * as L from "../layout.js";
import { access, type Code, i32Const, localGet, localSet, localTee, OP, type Piece, UNLIKELY, unsignedLeb } from "../wasm/binary.js";
import { components, headsOf, isLoop, type Node, type Predecessors, predecessorsOf } from "./graph.js";
import { ENTRY, LEFT, OUT_EIP, REASON, UNDONE, WHY } from "./locals.js";
import { LoopFlags } from "./loop-flags.js";

/** Where an offset's entry number is found at run time: a table in memory, without collisions. */
export interface EntryTable {
  /** Byte address; entries of 8 bytes, offset and number. */
  readonly address: number;
  readonly shift: number;
  readonly mask: number;
}

/** Further nodes that need a number: heads of loops with several. Appends them to `entries`. Returns all heads of loops. */
export function numberHeads(nodes: readonly Node[], entries: Node[]): ReadonlySet<Node> {
  const all = new Set<Node>();
  const predecessors = predecessorsOf(nodes);
  const visit = (members: readonly Node[], cut: ReadonlySet<Node>): void => {
    for (const part of components(members, cut)) {
      if (!isLoop(part, cut)) continue;
      const from = headsOf(part, predecessors);
      for (const head of from) all.add(head);
      for (const head of from.slice(1)) if (head.entry === 0) head.entry = entries.push(head);
      visit(part, new Set(from));
    }
  };
  visit(nodes, new Set());
  return all;
}

type Label =
  | { readonly kind: "out" }
  | { readonly kind: "dispatch" }
  | { readonly kind: "anonymous" }
  | { readonly kind: "prepare"; readonly head: Node }
  | Forward
  | { readonly kind: "loop"; readonly heads: readonly Node[] };
interface Forward {
  readonly kind: "forward";
  readonly members: ReadonlySet<Node>;
  readonly heads: readonly Node[];
}

/** Pieces of code put down in one step. */
const STEP = 150;

export class Structurer {
  private readonly labels: Label[] = [];
  private readonly flags: LoopFlags;
  private readonly predecessors: Predecessors;
  private out: Piece[] = [];

  /**
   * @param entries those with a number, in its order
   * @param table where dynamic jumps look targets up
   * @param loopHeads as numberHeads has found them
   */
  constructor(
    private readonly nodes: readonly Node[],
    private readonly entries: readonly Node[],
    private readonly table: EntryTable,
    loopHeads: ReadonlySet<Node>,
  ) {
    this.flags = new LoopFlags(nodes, loopHeads);
    this.predecessors = predecessorsOf(nodes);
  }

  /** Code that never ends but by a branch to a block around it, into which all exits lead. Step by step. */
  *emit(): Generator<Code, void> {
    this.labels.push({ kind: "out" });
    this.open(OP.loop, { kind: "dispatch" });
    yield* this.set(this.nodes, new Set(), (firsts) => this.dispatcher(undefined, firsts));
    this.close();
    this.labels.pop();
    yield this.out;
  }

  private put(...parts: Piece[]): void {
    for (const part of parts) this.out.push(part);
  }
  private open(opcode: number, label: Label = { kind: "anonymous" }): void {
    this.put([opcode, OP.void]);
    this.labels.push(label);
  }
  private close(): void {
    this.labels.pop();
    this.put([OP.end]);
  }
  private depth(wanted: (label: Label) => boolean): number {
    for (let n = this.labels.length - 1; n >= 0; n--) if (wanted(this.labels[n]!)) return this.labels.length - 1 - n;
    throw new Error("a branch has no label");
  }
  private branch(wanted: (label: Label) => boolean): void {
    this.put([OP.br], unsignedLeb(this.depth(wanted)));
  }

  /** The components of a set, each behind a block; `dispatch` is emitted in front of the first, within all blocks. */
  private *set(members: readonly Node[], cut: ReadonlySet<Node>, dispatch: (firsts: readonly Node[]) => void): Generator<Code, void> {
    const parts = components(members, cut);
    const labels = parts.map(
      (part): Forward => ({ kind: "forward", members: new Set(part), heads: isLoop(part, cut) ? headsOf(part, this.predecessors) : part }),
    );
    for (const label of labels.toReversed()) this.open(OP.block, label);
    dispatch(labels.map(({ heads }) => heads[0]!));
    for (const [n, part] of parts.entries()) {
      this.close();
      if (isLoop(part, cut)) yield* this.loop(part, labels[n]!.heads);
      else this.node(part[0]!);
      if (this.out.length < STEP) continue;
      yield this.out;
      this.out = [];
    }
  }

  private *loop(part: readonly Node[], from: readonly Node[]): Generator<Code, void> {
    const dispatches = from.length > 1 || part.some((n) => n.entry > 0 && n !== from[0]);
    this.open(OP.loop, { kind: "loop", heads: from });
    yield* this.set(part, new Set(from), (firsts) => {
      if (dispatches) this.dispatcher(from[0]!, firsts);
      else this.branch((l) => l.kind === "forward" && l.members.has(from[0]!));
    });
    this.close();
  }

  /** Sends on to what ENTRY names; 0, or an entry that is not in here, to the default. */
  private dispatcher(standard: Node | undefined, firsts: readonly Node[]): void {
    const [head, ...more] = firsts;
    if (!head) return this.route(standard);
    const pieces = this.flags.before(head);
    if (head.entry === 0 || pieces.length === 0) return this.dispatcher(standard, more);
    // What is to be done on the way to a loop's head comes behind a block of its own.
    this.open(OP.block, { kind: "prepare", head });
    this.dispatcher(standard, more);
    this.close();
    this.put(...pieces);
    this.branch((l) => l.kind === "forward" && l.members.has(head));
  }
  private route(standard: Node | undefined): void {
    const { ways, prepared } = this.waysOn();
    // Who comes without ENTRY has done what there is to be done.
    const fallback = standard ? ways.get(standard)! : (prepared.get(this.entries[0]!) ?? ways.get(this.entries[0]!)!);
    const targets = this.entries.map((n) => prepared.get(n) ?? ways.get(n) ?? fallback);
    if (standard) this.put(localGet(ENTRY), [OP.i32Eqz, OP.brIf], unsignedLeb(fallback));
    this.put(localGet(ENTRY), [OP.brTable], unsignedLeb(targets.length + 1));
    for (const depth of [fallback, ...targets, fallback]) this.put(unsignedLeb(depth));
  }

  /** Depths of the labels between here and the innermost loop, by the nodes that they lead to. */
  private waysOn(): { ways: Map<Node, number>; prepared: Map<Node, number> } {
    const [ways, prepared] = [new Map<Node, number>(), new Map<Node, number>()];
    for (let depth = 0; ; depth++) {
      const label = this.labels[this.labels.length - 1 - depth]!;
      if (label.kind === "prepare") prepared.set(label.head, depth);
      else if (label.kind === "forward") for (const n of label.members) ways.set(n, depth);
      else return { ways, prepared };
    }
  }

  private node(n: Node): void {
    this.put(...this.flags.atHead(n));
    if (n.entry > 0) this.put(i32Const(0), localSet(ENTRY));
    if (n.need > 0) {
      this.put(localGet(LEFT), i32Const(n.need), [OP.i32LtS], UNLIKELY);
      this.open(OP.if);
      this.leave(n.ip, REASON.short);
      this.close();
    }
    this.put(localGet(LEFT), i32Const(n.length), [OP.i32Sub], localSet(LEFT));
    if (n.callsOut) this.put(i32Const(REASON.side), localSet(WHY));
    if (n.exits) this.open(OP.block);
    this.put(n.code);
    this.terminate(n);
    if (!n.exits) return;
    this.close();
    this.put(localGet(LEFT), localGet(UNDONE), [OP.i32Add], localSet(LEFT));
    if (!n.callsOut) this.put(i32Const(REASON.side), localSet(WHY));
    this.branch((l) => l.kind === "out");
  }

  private terminate(n: Node): void {
    const { terminator } = n;
    if (terminator.kind === "leave") this.leave(terminator.at);
    else if (terminator.kind === "dynamic") this.dynamic(n, terminator.target.code, terminator.expected);
    else if (terminator.kind === "far") this.far(n, terminator.target.code, terminator.context);
    else if (terminator.kind === "jump") this.go(n, terminator.to);
    else {
      this.put(terminator.condition.code);
      this.open(OP.if);
      this.go(n, terminator.taken);
      this.close();
      this.go(n, terminator.next);
    }
  }

  /** Out of the region, on with an offset. */
  private leave(ip: number, why: number = REASON.onward): void {
    this.put(i32Const(ip), localSet(OUT_EIP), i32Const(why), localSet(WHY));
    this.branch((l) => l.kind === "out");
  }

  private go(from: Node, ip: number): void {
    const to = from.successors.find((s) => s.ip === ip);
    if (!to) return this.dispatchTo(from, ip);
    this.put(...this.flags.onWay(from, to));
    const at = this.labels.findLastIndex((l) => (l.kind === "loop" && l.heads.includes(to)) || (l.kind === "forward" && l.members.has(to)));
    const label = this.labels[at] as Extract<Label, { heads: readonly Node[] }>;
    if (label.heads[0] !== to) this.put(i32Const(to.entry), localSet(ENTRY));
    this.put([OP.br], unsignedLeb(this.labels.length - 1 - at));
  }

  /** Where no jump of the region leads to. */
  private dispatchTo(from: Node, ip: number): void {
    const to = from.dispatched.find((s) => s.ip === ip);
    if (!to) return this.leave(ip);
    this.put(i32Const(to.entry), localSet(ENTRY));
    this.branch((l) => l.kind === "dispatch");
  }

  /** To an offset known only now: the expected one, an entry of the region, or out. */
  private dynamic(n: Node, target: readonly number[], expected: number | undefined): void {
    if (expected !== undefined && n.successors.length > 0) {
      this.put(target, i32Const(expected), [OP.i32Eq]);
      this.open(OP.if);
      this.go(n, expected);
      this.close();
    }
    const { address, shift, mask } = this.table;
    this.put(target, target, i32Const(shift), [OP.i32ShrU, OP.i32Xor], i32Const(mask), [OP.i32And], i32Const(3), [OP.i32Shl]);
    this.put(localTee(UNDONE), access(OP.i32Load, address), target, [OP.i32Eq]);
    this.open(OP.if);
    this.put(localGet(UNDONE), access(OP.i32Load, address + 4), localSet(ENTRY));
    this.branch((l) => l.kind === "dispatch");
    this.close();
    this.leaveTo(target);
  }
  private leaveTo(target: readonly number[]): void {
    this.put(target, localSet(OUT_EIP), i32Const(REASON.onward), localSet(WHY));
    this.branch((l) => l.kind === "out");
  }
  /** The same offset in another code context is not this region's. */
  private far(n: Node, target: readonly number[], context: number): void {
    this.put(i32Const(0), access(OP.i32Load, L.CONTEXT), i32Const(context), [OP.i32Ne]);
    this.open(OP.if);
    this.leaveTo(target);
    this.close();
    this.dynamic(n, target, undefined);
  }
}
