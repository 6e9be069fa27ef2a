/** The processors that can be chosen: what each adds to the 80386 beside its instructions (whose first processor the table names). */
import { FLAG } from "./flags.js";

export type Generation = 386 | 486 | 586 | 686;

export interface Model {
  /** Type, family, model and stepping: EDX after reset, and what cpuid gives. */
  readonly signature: number;
  /** cpuid's feature bits; undefined: no cpuid. */
  readonly features: number | undefined;
  /** Bits of CR0 that can be set. */
  readonly cr0: number;
  /** Bits of CR4 that can be set; undefined: no CR4. */
  readonly cr4: number | undefined;
  /** EFLAGS bits beyond those of the 80386 that programs can change. */
  readonly flags: number;
}

/** PE MP EM TS PG; ET is fixed. */
const CR0_386 = 0x8000000f;
/** NE WP AM NW CD. */
const CR0_486 = CR0_386 | 0x60050020;
/** FPU DE PSE TSC MSR CX8. */
const FEATURES_586 = 0x1 | 0x4 | 0x8 | 0x10 | 0x20 | 0x100;
/** PGE CMOV. */
const FEATURES_686 = FEATURES_586 | 0x2000 | 0x8000;
/** TSD DE PSE. */
const CR4_586 = 0x1c;
const CR4_PGE = 0x80;

export const MODELS: Readonly<Record<Generation, Model>> = {
  386: { signature: 0x308, features: undefined, cr0: CR0_386, cr4: undefined, flags: 0 },
  486: { signature: 0x415, features: undefined, cr0: CR0_486, cr4: undefined, flags: FLAG.AC },
  586: { signature: 0x52c, features: FEATURES_586, cr0: CR0_486, cr4: CR4_586, flags: FLAG.AC | FLAG.ID },
  686: { signature: 0x611, features: FEATURES_686, cr0: CR0_486, cr4: CR4_586 | CR4_PGE, flags: FLAG.AC | FLAG.ID },
};
