/** What the hot tier knows of where a value comes from: by registers as they are now, or not at all. */
import { describe, expect, it } from "vitest";
import { REGISTER } from "../../src/cpu386/jit/locals.js";
import { Origins } from "../../src/cpu386/jit/origins.js";
import { access, i32Const, localGet, OP } from "../../src/cpu386/wasm/binary.js";

const [T, U] = [100, 101];
const register = (n: number): readonly number[] => localGet(REGISTER + n);
const minus = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, OP.i32Sub];

describe("Origins", () => {
  it("finds a copy in the register it was made of", () => {
    const o = new Origins();
    o.define(T, register(3));
    expect(o.describe(localGet(T))).toEqual(register(3));
  });
  it("forgets it when the register changes", () => {
    const o = new Origins();
    o.define(T, register(3));
    o.changed(3);
    expect(o.describe(localGet(T))).toBeUndefined();
  });
  it("finds it in the register it was written to", () => {
    const o = new Origins();
    o.define(T, [...i32Const(0), ...access(OP.i32Load, 64)]);
    o.changed(2, localGet(T));
    expect(o.describe(minus(localGet(T), i32Const(1)))).toEqual(minus(register(2), i32Const(1)));
  });
  it("does not describe what was loaded and is nowhere", () => {
    const o = new Origins();
    o.define(T, [...i32Const(0), ...access(OP.i32Load, 64)]);
    expect(o.describe(localGet(T))).toBeUndefined();
  });
  it("takes a difference back: what a register was before dec", () => {
    const o = new Origins();
    o.define(T, register(1));
    o.define(U, minus(localGet(T), i32Const(1)));
    o.changed(1, localGet(U));
    expect(o.describe(localGet(T))).toEqual([...register(1), ...i32Const(1), OP.i32Add]);
  });
  it("does not trust a register named in the code itself: it may have changed since", () => {
    expect(new Origins().describe(register(0))).toBeUndefined();
  });
  it("does not divide: that may trap", () => {
    const o = new Origins();
    o.define(T, register(0));
    expect(o.describe([...localGet(T), ...localGet(T), 0x6d])).toBeUndefined();
  });
});
