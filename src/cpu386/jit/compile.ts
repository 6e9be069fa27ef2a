/** From the instructions of a region to a WebAssembly module, in steps so short that nobody feels them. */
import type { Shape } from "../definitions/table.js";
import * as L from "../layout.js";
import type { Predicate } from "../predicate.js";
import { segmentLoadedBy } from "../quick.js";
import { SEGMENT } from "../segment.js";
import { access, buildModule, type Code, I32, I64, i32Const, join, localGet, localSet, OP } from "../wasm/binary.js";
import { TEMPORARIES_64 } from "../wasm/expressions.js";
import { Facts, type StaticOptions } from "./facts.js";
import { type Draft, type Formed, keyOf } from "./form.js";
import { measureNeeds, type Node } from "./graph.js";
import { convertBranches, joinStraight } from "./if-conversion.js";
import { REGION_IMPORTS } from "./imports.js";
import { FIRST_TEMPORARY, FLAGS, LEFT, OUT_EIP, REASON, REGISTER, WHY } from "./locals.js";
import { forgetPage } from "./pages.js";
import { StaticEmitter, type Terminator } from "./static.js";
import { type EntryTable, numberHeads, Structurer } from "./structure.js";
import { copyWaysIn } from "./ways-in.js";

const { R } = L;

export interface Compiled {
  readonly module: Uint8Array;
  /** Offsets of the entries, by number less one. */
  readonly entries: readonly number[];
  readonly facts: Facts;
  readonly instructions: number;
}

/** Where the records are, and what the processor's state was when the compilation began. */
export interface Source {
  readonly i32: Int32Array;
  readonly state: Int32Array;
  readonly shapes: readonly Shape[];
}

/** A step's worth of work, in instructions translated. */
export const STEP = 5;

/**
 * Yields what it has done since the last time, in instructions; the records it is made from must stay what they are.
 * @param place makes the table of the entries, numbered from 1
 * @param optimised what becomes of DefinedFunction.optimised
 */
export function* compile(
  source: Source,
  formed: Formed,
  given: Omit<StaticOptions, "loadedSegments" | "narrow">,
  place: (entries: readonly number[]) => EntryTable,
  optimised: boolean,
): Generator<number, Compiled> {
  const facts = new Facts();
  const options = { ...given, loadedSegments: loadedSegments(source, formed), narrow: formed.narrow };
  const nodes = new Map<Draft, Node>();
  for (const draft of formed.drafts) nodes.set(draft, yield* translate(source, draft, formed.guards, facts, options));
  const byKey = new Map([...nodes].map(([draft, node]) => [keyOf(draft), node]));
  for (const [draft, node] of nodes) node.successors = draft.next.flatMap((to) => byKey.get(keyOf(to)) ?? []);
  const entries = formed.entries.map((draft) => nodes.get(draft)!);
  entries.forEach((node, n) => {
    node.entry = n + 1;
  });
  const offsets = entries.map((n) => n.ip);
  const table = place(offsets);
  yield STEP;
  const copied = copyWaysIn([...nodes.values()], entries);
  yield STEP;
  const converted = convertBranches(copied);
  yield STEP;
  const all = joinStraight(converted);
  yield STEP;
  const heads = numberHeads(all, entries);
  yield STEP;
  measureNeeds(all, [...heads, ...entries]);
  yield STEP;
  const structured: Uint8Array[] = [];
  const structurer = new Structurer(all, entries, table, heads);
  yield STEP;
  for (const code of structurer.emit()) {
    structured.push(join(code));
    yield STEP;
  }
  const module = moduleOf([enter(facts), [OP.block, OP.void], ...structured, [OP.end], leave(facts)], facts, optimised);
  // The engine has its own share of the work before it.
  yield STEP;
  return { module, entries: offsets, facts, instructions: sizeOf(formed) };
}

export const sizeOf = ({ drafts }: Formed): number => drafts.reduce((sum, d) => sum + d.count, 0);

function moduleOf(body: Code, facts: Facts, optimised: boolean): Uint8Array {
  return buildModule(REGION_IMPORTS, [
    {
      exportName: "region",
      parameters: [I32],
      results: [I32],
      locals: [
        { count: TEMPORARIES_64, type: I64 },
        { count: FIRST_TEMPORARY - LEFT + facts.temporaries, type: I32 },
      ],
      body,
      optimised,
    },
  ]);
}

function loadedSegments({ i32, shapes }: Source, formed: Formed): ReadonlySet<number> {
  const found = new Set<number>();
  for (const draft of formed.drafts) {
    for (let n = 0; n < draft.count; n++) {
      const w = (draft.record + n * L.RECORD_BYTES) >> 2;
      const { definition } = shapes[i32[w + R.shape / 4]! & 0xffff]!;
      if (definition.far) found.add(SEGMENT.CS);
      else if (definition.quick && !definition.contained) found.add(segmentLoadedBy(definition, i32[w + R.scale / 4]! >> 8));
    }
  }
  return found;
}

function* translate(
  { i32, state, shapes }: Source,
  draft: Draft,
  guards: ReadonlyMap<number, Predicate>,
  facts: Facts,
  options: StaticOptions,
): Generator<number, Node> {
  const emitter = new StaticEmitter(i32, state, facts, options);
  for (let n = 0; n < draft.count; n++) {
    const record = draft.record + n * L.RECORD_BYTES;
    const shape = shapes[i32[(record + R.shape) >> 2]! & 0xffff]!;
    const guard = guards.get(record);
    if (guard) emitter.guard(guard, record, draft.count - n);
    const { helper, contained, quick } = shape.definition;
    if ((helper || contained) && !quick) emitter.callHelper(record, draft.count - n);
    else emitter.instruction(record, shape, draft.count - n);
    yield 1;
  }
  emitter.finish();
  const { exits, callsOut, repeats, changes, flagsByRegisters } = emitter;
  return {
    ip: draft.ip,
    length: draft.count,
    sometimes: 0,
    code: join(emitter.code),
    exits,
    callsOut,
    repeats,
    changes,
    flagsByRegisters,
    terminator: terminatorOf(draft, emitter),
    successors: [],
    dispatched: [],
    need: 0,
    entry: 0,
  };
}

function terminatorOf(draft: Draft, emitter: StaticEmitter): Terminator {
  if (draft.end === "leave") return { kind: "leave", at: draft.at };
  if (draft.end === "on") return { kind: "jump", to: draft.next[0]!.ip };
  const terminator = emitter.terminator!;
  // A return of an inlined function.
  return terminator.kind === "dynamic" ? { ...terminator, expected: draft.next[0]?.ip } : terminator;
}

/** Refuses entry if what was assumed does not hold; loads what is used. */
function enter(facts: Facts): number[] {
  const out: number[] = [];
  let first = true;
  for (const [at, value] of facts.assumed) {
    out.push(...i32Const(0), ...access(OP.i32Load, at), ...i32Const(value), OP.i32Xor);
    if (!first) out.push(OP.i32Or);
    first = false;
  }
  if (!first) out.push(OP.if, OP.void, ...i32Const(REASON.mismatch), OP.return, OP.end);
  const load = (address: number, local: number): void => {
    out.push(...i32Const(0), ...access(OP.i32Load, address), ...localSet(local));
  };
  load(L.BUDGET, LEFT);
  for (const key of facts.pages.values()) out.push(...forgetPage(key));
  for (const n of facts.used) load(L.GPR + 4 * n, REGISTER + n);
  if (facts.flagsUsed) for (const { local, address } of Object.values(FLAGS)) load(address, local);
  return out;
}

function leave(facts: Facts): number[] {
  const out: number[] = [];
  const store = (address: number, local: number): void => {
    out.push(...i32Const(0), ...localGet(local), ...access(OP.i32Store, address));
  };
  for (const n of facts.modified) store(L.GPR + 4 * n, REGISTER + n);
  if (facts.flagsModified) for (const { local, address } of Object.values(FLAGS)) store(address, local);
  store(L.BUDGET, LEFT);
  store(L.EIP, OUT_EIP);
  out.push(...localGet(WHY));
  return out;
}
