/** String instructions (SDM volume 1, 5.1.8). With REP, every iteration counts as an instruction and can be interrupted. */
import type { Emitter, Value } from "../emitter.js";
import { condition, setSubtract } from "./flags.js";
import type { Definition, Shape } from "./table.js";

const ESI = 6;
const EDI = 7;
const ECX = 1;
const ES = 0;

/** One element up or down, by EFLAGS.DF (bit 10). */
function step(e: Emitter, i: Shape): Value {
  const down = e.and(e.shr(e.systemFlags(), e.constant(10)), e.constant(1));
  return e.let(e.sub(e.constant(i.size), e.mul(down, e.constant(2 * i.size))));
}
const index = (e: Emitter, i: Shape, n: number): Value => e.let(e.register(n, i.addressSize));
const advance = (e: Emitter, i: Shape, n: number, at: Value, by: Value): void => e.setRegister(n, i.addressSize, e.add(at, by));

function string(name: string, opcode: number, flags: string | undefined, element: (e: Emitter, i: Shape) => void): Definition {
  const compares = flags !== undefined;
  return {
    name,
    forms: [`${opcode.toString(16)} :b`, `${(opcode + 1).toString(16)} :v`],
    ...(flags ? { flags } : {}),
    addressed: true,
    rep: compares ? "repeat-while" : "rep",
    emit: (e, i) => {
      if (!i.rep) return element(e, i);
      const bulk = i.addressSize === 4 && name !== "lods";
      e.repeat(e.register(ECX, i.addressSize), bulk, () => {
        const count = e.let(e.register(ECX, i.addressSize));
        element(e, i);
        const left = e.let(e.sub(count, e.constant(1)));
        e.setRegister(ECX, i.addressSize, left);
        const more = e.ne(left, e.constant(0));
        return compares ? e.and(more, condition(e, i.rep === 0xf3 ? 4 : 5)) : more;
      });
    },
  };
}

export const strings: readonly Definition[] = [
  string("movs", 0xa4, undefined, (e, i) => {
    const from = index(e, i, ESI);
    const to = index(e, i, EDI);
    e.store(ES, to, i.size, e.let(e.load(undefined, from, i.size)));
    const by = step(e, i);
    advance(e, i, ESI, from, by);
    advance(e, i, EDI, to, by);
  }),
  string("cmps", 0xa6, "OSZAPC", (e, i) => {
    const from = index(e, i, ESI);
    const to = index(e, i, EDI);
    const a = e.let(e.load(undefined, from, i.size, true));
    const b = e.let(e.load(ES, to, i.size, true));
    const by = step(e, i);
    advance(e, i, ESI, from, by);
    advance(e, i, EDI, to, by);
    setSubtract(e, a, b, e.let(e.signExtend(e.sub(a, b), i.size)));
  }),
  string("stos", 0xaa, undefined, (e, i) => {
    const to = index(e, i, EDI);
    e.store(ES, to, i.size, e.let(e.register(0, i.size)));
    advance(e, i, EDI, to, step(e, i));
  }),
  string("lods", 0xac, undefined, (e, i) => {
    const from = index(e, i, ESI);
    const value = e.let(e.load(undefined, from, i.size));
    e.setRegister(0, i.size, value);
    advance(e, i, ESI, from, step(e, i));
  }),
  string("scas", 0xae, "OSZAPC", (e, i) => {
    const to = index(e, i, EDI);
    const a = e.let(e.register(0, i.size, true));
    const b = e.let(e.load(ES, to, i.size, true));
    advance(e, i, EDI, to, step(e, i));
    setSubtract(e, a, b, e.let(e.signExtend(e.sub(a, b), i.size)));
  }),
];
