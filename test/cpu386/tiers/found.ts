/** Programs that the campaign has found, by what was wrong. */
import type { Program } from "./program.js";

export const FOUND: Readonly<Record<string, Program>> = {
  "a condition of a breakpoint on rep is asked again where a grant has ended within it": {
    paging: false,
    schedule: { shortest: 32, longest: 55, samples: 2, backoff: 2, patience: 0, price: 0, exits: 2_000 },
    start: {
      at: 35661,
      regs: [12, 128, 28, 65535, 59284, 7, 2771400406, 959369180],
      segments: { cs: 15, ss: 7, ds: 7, es: 7, fs: 15, gs: 7 },
      patches: [],
      parts: [
        [144, 144, 144, 144, 144],
        [144, 144, 144, 144, 144],
        [144, 144],
        [144, 144, 144, 144, 144, 144],
        [144, 144, 144, 144, 144, 144],
        [144, 144, 144, 144, 144, 144, 144],
        [144, 144, 144, 144, 144],
        [144],
        [144, 144],
        [144],
        [144, 144, 144, 144, 144],
        [144, 144, 144],
        [144],
        [185, 23, 0, 0, 0],
        [144, 144, 144, 144, 144],
        [191, 68, 231, 0, 0],
        [242, 174],
        [144, 144],
        [144],
        [144, 144, 144, 144],
        [144, 144, 144, 144, 144],
      ],
      flags: 12871,
    },
    loops: [0, 45],
    slices: [
      { event: { kind: "none" }, enter: 0, count: 1 },
      { event: { kind: "none" }, enter: 1, count: 1 },
      { event: { kind: "breakpoint", at: 64, when: { register: 1, below: 6 } }, count: 31 },
    ],
  },
};
