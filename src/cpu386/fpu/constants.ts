/** The constants of fldpi and its kin, kept with more bits than a register has and rounded as they are loaded (SDM volume 2, FLD1). */
import { BIAS, type Float80, INTEGER_BIT } from "./float80.js";

/** 64 bits, and what follows them as a fraction of the last place: below or above one half. */
function constant(exponent: number, truncated: bigint, above: boolean): (rounding: number) => Float80 {
  return (rounding) => {
    const up = rounding === 0 ? above : rounding === 2;
    return { sign: 0, exponent: BIAS + exponent, significand: (truncated | INTEGER_BIT) + (up ? 1n : 0n) };
  };
}

export const CONSTANTS = {
  /** 3.14159265358979323846...: the bits behind are 0.77 of a place. */
  pi: constant(1, 0xc90fdaa22168c234n, true),
  log2Ten: constant(1, 0xd49a784bcd1b8afen, false),
  log2E: constant(0, 0xb8aa3b295c17f0bbn, true),
  log10Two: constant(-2, 0x9a209a84fbcff798n, true),
  lnTwo: constant(-1, 0xb17217f7d1cf79abn, true),
} as const;
