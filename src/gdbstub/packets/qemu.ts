/** QEMU's packets, by its names and in its notation (QEMU's documentation, "GDB usage", "Advanced debugging options"). */
import type { Reader } from "../reader.js";
import { OK } from "../reply.js";
import { nothing, packet } from "./definition.js";

/** Bits of sstep. NOTIMER is not among ours: a step takes the virtual time of an instruction. */
const ENABLE = 1;
const NO_IRQ = 2;

const flag = (reader: Reader): boolean => {
  const value = reader.hex(1);
  reader.end();
  return value === 1;
};

export const qemuPackets = [
  packet({ match: "qqemu.Supported", parse: nothing, handle: () => "sstepbits;sstep;PhyMemMode" }),

  packet({ match: "qqemu.sstepbits", needs: "stepping", parse: nothing, handle: () => `ENABLE=${ENABLE},NOIRQ=${NO_IRQ}` }),

  packet({
    match: "qqemu.sstep",
    needs: "stepping",
    parse: nothing,
    handle: (_, { target }) => `0x${(ENABLE | (target.stepping!.holdsInterrupts ? NO_IRQ : 0)).toString(16)}`,
  }),

  packet({
    match: "Qqemu.sstep=",
    needs: "stepping",
    textErrors: true,
    parse: (reader) => {
      // QEMU's own documentation writes 0x5.
      if (reader.skip("0")) reader.skip("x");
      const bits = reader.atEnd ? 0 : reader.hex(ENABLE | NO_IRQ);
      reader.end();
      return bits;
    },
    handle: (bits, { target }) => {
      target.stepping!.holdsInterrupts = (bits & NO_IRQ) !== 0;
      return OK;
    },
  }),

  packet({ match: "qqemu.PhyMemMode", needs: "physicalMemory", parse: nothing, handle: (_, session) => (session.physical ? "1" : "0") }),

  packet({
    match: "Qqemu.PhyMemMode:",
    needs: "physicalMemory",
    parse: flag,
    handle: (physical, session) => {
      session.physical = physical;
      return OK;
    },
  }),
];
