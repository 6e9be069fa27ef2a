/** x87 loads, stores and moves (SDM volume 1, 8.3.1 and 8.3.2). */

import { FLAG } from "../../flags.js";
import * as C from "../../fpu/convert.js";
import type { Environment, Float80 } from "../../fpu/float80.js";
import * as M from "../../fpu/memory.js";
import type { X87 } from "../../fpu/x87.js";
import type { Instruction } from "../../instruction.js";
import type { Processor } from "../../processor.js";
import type { Definition } from "../table.js";
import { integer, load, op, sti } from "./common.js";
import * as Quick from "./quick.js";

/** Stores ST(0) as `bytes` of memory: what to write, or undefined if an unmasked exception keeps memory as it is. */
function store(
  f: X87,
  cpu: Processor,
  i: Instruction,
  pops: boolean,
  indefinite: Uint8Array,
  convert: (v: Float80, env: Environment) => Uint8Array | undefined,
): void {
  f.clearC1();
  let bytes: Uint8Array | undefined = indefinite;
  // The destination is checked before the exceptions of the conversion are noted: a fault restarts the instruction.
  for (let n = 0; n < indefinite.length; n += 2) cpu.probeWrite(i.segment, (i.effectiveAddress() + n) >>> 0, 2);
  if (f.requireFull(0)) {
    const env = f.environment();
    bytes = convert(f.get(0), env);
    if (!f.settle(env) || bytes === undefined) return;
  } else if (!f.masksInvalid) return;
  M.writeBytes(cpu, i, bytes);
  if (pops) f.pop();
}
const bitsOf = (bytes: 2 | 4 | 8, value: bigint): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  return new Uint8Array(view.buffer, 0, bytes);
};
const storeReal = (name: string, form: string, bytes: 4 | 8, pops: boolean): Definition =>
  op(
    name,
    [form],
    (f, cpu, i) => {
      const indefinite = C.toFormat(f.indefinite, C.formatOf(bytes), f.environment())!;
      store(f, cpu, i, pops, bitsOf(bytes, indefinite), (v, env) => {
        const bits = C.toFormat(v, C.formatOf(bytes), env);
        return bits === undefined ? undefined : bitsOf(bytes, bits);
      });
    },
    Quick.store(bytes === 4 ? "single" : "double", pops),
  );
const storeInteger = (name: string, form: string, bytes: 2 | 4 | 8, pops: boolean): Definition =>
  op(
    name,
    [form],
    (f, cpu, i) =>
      store(f, cpu, i, pops, bitsOf(bytes, -(1n << BigInt(bytes * 8 - 1))), (v, env) => bitsOf(bytes, C.toIntegerOf(v, bytes, env))),
    Quick.store(integerOf(bytes), pops),
  );
/** Memory is read first: a fault there comes before a fault of the stack. */
const loadReal = (name: string, form: string, bytes: 4 | 8): Definition =>
  op(
    name,
    [form],
    (f, cpu, i) => {
      const bits = M.readBits(cpu, i, bytes);
      load(f, (env) => C.fromFormat(bits, C.formatOf(bytes), env));
    },
    Quick.withMemory(bytes === 4 ? "single" : "double"),
  );
const integerOf = (bytes: 2 | 4 | 8): Quick.OperandFormat => (bytes === 2 ? "integer16" : bytes === 4 ? "integer32" : "integer64");
const loadInteger = (name: string, form: string, bytes: 2 | 4 | 8): Definition =>
  op(
    name,
    [form],
    (f, cpu, i) => {
      const v = integer(bytes)(cpu, i, f.environment());
      load(f, () => v);
    },
    Quick.withMemory(integerOf(bytes)),
  );

export const transfers: Definition[] = [
  loadReal("fld-m32", "d9/0 Md", 4),
  loadReal("fld-m64", "dd/0 Md", 8),
  op(
    "fld-m80",
    ["db/5 Md"],
    (f, cpu, i) => {
      const v = C.fromBytes(M.readBytes(cpu, i, 10));
      load(f, () => v);
    },
    Quick.withMemory("extended"),
  ),
  loadInteger("fild-m16", "df/0 Md", 2),
  loadInteger("fild-m32", "db/0 Md", 4),
  loadInteger("fild-m64", "df/5 Md", 8),
  op("fbld", ["df/4 Md"], (f, cpu, i) => {
    const v = C.fromBcd(M.readBytes(cpu, i, 10));
    load(f, () => v);
  }),
  storeReal("fst-m32", "d9/2 Md", 4, false),
  storeReal("fstp-m32", "d9/3 Md", 4, true),
  storeReal("fst-m64", "dd/2 Md", 8, false),
  storeReal("fstp-m64", "dd/3 Md", 8, true),
  op(
    "fstp-m80",
    ["db/7 Md"],
    (f, cpu, i) => store(f, cpu, i, true, C.toBytes(f.indefinite), (v) => C.toBytes(v)),
    Quick.store("extended", true),
  ),
  storeInteger("fist-m16", "df/2 Md", 2, false),
  storeInteger("fistp-m16", "df/3 Md", 2, true),
  storeInteger("fist-m32", "db/2 Md", 4, false),
  storeInteger("fistp-m32", "db/3 Md", 4, true),
  storeInteger("fistp-m64", "df/7 Md", 8, true),
  op("fbstp", ["df/6 Md"], (f, cpu, i) => store(f, cpu, i, true, C.toBcd(f.indefinite, f.environment()), (v, env) => C.toBcd(v, env))),
  op("fld", ["d9/0 Rd"], (f, _cpu, i) => copyFrom(f, sti(i)), Quick.move("load")),
  op("fst", ["dd/2 Rd"], (f, _cpu, i) => copyTo(f, sti(i), false), Quick.move("store")),
  op("fstp", ["dd/3 Rd", "df/2 Rd", "df/3 Rd"], (f, _cpu, i) => copyTo(f, sti(i), true), Quick.move("storeAndPop")),
  // An alias that the manual does not have: it does not complain of an empty register.
  op("fstp-alias", ["d9/3 Rd"], (f, _cpu, i) => {
    f.clearC1();
    if (!f.isEmpty(0)) f.set(sti(i), f.get(0));
    f.pop();
  }),
  op("fxch", ["d9/1 Rd", "dd/1 Rd", "df/1 Rd"], (f, _cpu, i) => exchange(f, sti(i)), Quick.move("exchange")),
  ...(["b", "e", "be", "u"] as const).flatMap((condition, digit) =>
    [false, true].map(
      (negated): Definition => ({
        ...op(`fcmov${negated ? "n" : ""}${condition}`, [`${negated ? "db" : "da"}/${digit} Rd`], (f, cpu, i) => {
          const bits = [FLAG.CF, FLAG.ZF, FLAG.CF | FLAG.ZF, FLAG.PF][digit]!;
          const holds = ((cpu.flags & bits) !== 0) !== negated;
          // An empty register is an underflow even if nothing is to be moved.
          if (!f.requireFull(0, sti(i))) {
            if (f.masksInvalid) f.set(0, f.indefinite);
          } else if (holds) f.set(0, f.get(sti(i)));
        }),
        since: 686,
      }),
    ),
  ),
];

function copyTo(f: X87, n: number, pops: boolean): void {
  f.clearC1();
  if (!f.requireFull(0)) {
    if (!f.masksInvalid) return;
    f.set(n, f.indefinite);
  } else f.set(n, f.get(0));
  if (pops) f.pop();
}
function copyFrom(f: X87, n: number): void {
  f.clearC1();
  if (!f.requireFull(n)) {
    if (f.masksInvalid) f.push(f.indefinite);
    return;
  }
  const v = f.get(n);
  load(f, () => v);
}
function exchange(f: X87, n: number): void {
  f.clearC1();
  if (!f.requireFull(0, n)) {
    if (!f.masksInvalid) return;
    for (const at of [0, n]) if (f.isEmpty(at)) f.set(at, f.indefinite);
  }
  const [a, b] = [f.get(0), f.get(n)];
  f.set(0, b);
  f.set(n, a);
}
