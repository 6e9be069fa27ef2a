/**
 * Conditions of breakpoints as data: pure expressions over 64-bit integers, modulo 2^64, that compiled code can evaluate. Not zero is true;
 * so is what has no value, since then somebody else has to look.
 */
export type Binary = "add" | "sub" | "mul" | "and" | "or" | "xor" | "equal" | "less-signed" | "less-unsigned";

/** @typeParam Leaf what is read from the machine */
export type Expression<Leaf> =
  | Leaf
  | { readonly op: "constant"; readonly value: bigint }
  | { readonly op: Binary; readonly a: Expression<Leaf>; readonly b: Expression<Leaf> }
  /** From the lowest bits: 8, 16 or 32. */
  | { readonly op: "extend"; readonly bits: number; readonly signed: boolean; readonly of: Expression<Leaf> }
  /** Only one of the two is evaluated. */
  | {
      readonly op: "if";
      readonly condition: Expression<Leaf>;
      readonly yes: Expression<Leaf>;
      readonly no: Expression<Leaf>;
    };

/** General register n, zero-extended. */
interface Register {
  readonly op: "register";
  readonly n: number;
}
/** Zero-extended, at a linear address that is `base` more than `address`, if that is less than `bound`. Without paging. */
interface Load {
  readonly op: "load";
  readonly bytes: 1 | 2 | 4;
  readonly base: number;
  readonly bound: number;
  readonly address: Predicate;
}
export type Predicate = Expression<Register | Load>;

/** Operands in front of what they are operands of. */
export function* parts<Leaf extends { readonly op: string }>(e: Expression<Leaf>): Generator<Expression<Leaf>> {
  for (const value of Object.values(e)) if (typeof value === "object") yield* parts(value as Expression<Leaf>);
  yield e;
}
