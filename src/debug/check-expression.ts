/** Conditions as the debugger states them, in the terms of a space, made into predicates of the processor's. */
import * as L from "../cpu386/layout.js";
import type { Expression, Predicate } from "../cpu386/predicate.js";
import type { CheckExpression } from "./target.js";
import { GENERAL_NAMES } from "./threads.js";

/** Where the addresses of a space are, as long as it stays where it is. */
export interface Place {
  /** Linear address of its address 0. */
  readonly base: number;
  /** Its last address. */
  readonly limit: number;
  /** Registers are offsets, as they are. Else those that point into the stack's segment are shown with its base. */
  readonly isBased: boolean;
  /** Bytes of RAM. */
  readonly ram: number;
}

/** Undefined if it cannot be said like that: then somebody has to be asked. */
export const predicateOf = (e: CheckExpression, place: Place): Predicate | undefined => {
  const child = (of: CheckExpression): Predicate | undefined => predicateOf(of, place);
  switch (e.op) {
    case "constant":
      return e;
    case "register": {
      const n = (GENERAL_NAMES as readonly string[]).indexOf(e.name);
      const isStack = n === L.ESP / 4 || n === L.EBP / 4;
      return n < 0 || (isStack && !place.isBased) ? undefined : { op: "register", n };
    }
    case "load": {
      const address = child(e.address);
      const { base, limit, ram } = place;
      const bound = Math.min(limit, ram - base - 1) - e.bytes + 2;
      return address && bound > 0 && bound <= 0xffffffff ? { op: "load", bytes: e.bytes, base, bound, address } : undefined;
    }
    case "extend": {
      const of = child(e.of);
      return of && { ...e, of };
    }
    case "if": {
      const [condition, yes, no] = [child(e.condition), child(e.yes), child(e.no)];
      return condition && yes && no && { op: "if", condition, yes, no };
    }
    default: {
      const [a, b] = [child(e.a), child(e.b)];
      return a && b && { op: e.op, a, b };
    }
  }
};

/** True where one of them is. */
export const anyOf = <Leaf>(all: readonly Expression<Leaf>[]): Expression<Leaf> =>
  all.reduce((a, b) => ({ op: "if", condition: a, yes: { op: "constant", value: 1n }, no: b }));
