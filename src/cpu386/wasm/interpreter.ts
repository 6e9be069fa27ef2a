/**
 * Generates the cold tier: one function, one br_table over decoded records, one handler for each shape.
 *
 * Measured against the alternatives (closures, switches and function tables in JavaScript; a WebAssembly function per handler or per
 * block), this starts fastest and runs fastest without compiling guest code.
 */
import { HANDLER, type Table } from "../definitions/table.js";
import type { DynamicOptions } from "./accesses.js";
import { buildModule, I32, I64, type ImportedFunction, localGet, OP, unsignedLeb } from "./binary.js";
import { DynamicEmitter } from "./dynamic.js";
import { TEMPORARIES_64 } from "./expressions.js";
import { EXIT, HANDLER_LOCAL, IMPORTS, type ImportName, LOAD_HANDLER } from "./imports.js";

const SIGNATURES: Record<ImportName, { parameters: number; results: number }> = {
  slowLoad: { parameters: 4, results: 1 },
  slowStore: { parameters: 5, results: 0 },
  probeStore: { parameters: 4, results: 0 },
  link: { parameters: 2, results: 1 },
  find: { parameters: 1, results: 1 },
  system: { parameters: 1, results: 1 },
  helper: { parameters: 1, results: 0 },
  raise: { parameters: 2, results: 0 },
  bulk: { parameters: 1, results: 0 },
  loadSegment: { parameters: 2, results: 1 },
  knowsCode: { parameters: 3, results: 1 },
  enterCode: { parameters: 2, results: 1 },
  interrupt: { parameters: 2, results: 1 },
  interruptReturn: { parameters: 0, results: 1 },
  point: { parameters: 1, results: 1 },
};

/** The module exports run(record): reason (EXIT). */
export function generateInterpreter(table: Table, options: DynamicOptions): Uint8Array {
  const fixed: ((e: DynamicEmitter) => void)[] = [];
  fixed[HANDLER.stale] = (e) => e.redirect();
  fixed[HANDLER.breakpoint] = (e) => e.askPoint();
  fixed[HANDLER.stop] = (e) => e.leaveHere(EXIT.stop);
  fixed[HANDLER.system] = (e) => e.callSystem();
  fixed[HANDLER.helper] = (e) => e.callHelper();
  // The last one, for every number beyond: records that are gates.
  const count = HANDLER.first + table.emitted.length + 1;
  // Function types follow the imports'; run() has a region's.
  fixed[count - 1] = (e) => e.enterRegion(IMPORTS.length);

  let temporaries = 0;
  const body: (readonly number[])[] = [...LOAD_HANDLER, [OP.loop, OP.void]];
  for (let n = 0; n < count; n++) body.push([OP.block, OP.void]);
  body.push(localGet(HANDLER_LOCAL), [OP.brTable], unsignedLeb(count - 1));
  for (let n = 0; n < count; n++) body.push(unsignedLeb(n));
  for (let n = 0; n < count; n++) {
    body.push([OP.end]);
    const shape = table.emitted[n - HANDLER.first];
    const e = new DynamicEmitter(shape, count - 1 - n, options);
    if (shape) {
      const { emit, quick, far } = shape.definition;
      (quick ?? emit)!(e, shape);
      if (quick) far ? e.jumpFar(far) : e.proceed();
      else if (shape.definition.ends || shape.rep) {
        if (!e.hasEnded) throw new Error(`${shape.definition.name}: a definition that ends a block falls through`);
      } else e.fallThrough();
    } else fixed[n]!(e);
    temporaries = Math.max(temporaries, e.temporaries);
    for (const piece of e.code) body.push(piece);
  }
  body.push([OP.end, OP.unreachable]);

  const imports: ImportedFunction[] = IMPORTS.map((name) => ({
    name,
    parameters: Array.from({ length: SIGNATURES[name].parameters }, () => I32),
    results: Array.from({ length: SIGNATURES[name].results }, () => I32),
  }));
  const locals = [
    { count: TEMPORARIES_64, type: I64 },
    // The handler, and temporaries.
    { count: 1 + temporaries, type: I32 },
  ];
  return buildModule(imports, [{ exportName: "run", parameters: [I32], results: [I32], locals, body }], true);
}
