/** What passes between the rings of a system, and what it costs, counted exactly in our machine. */
import { readFileSync } from "node:fs";
import { EAX, ESP } from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { Machine } from "../../src/pc/machine.js";
import { images } from "./tools.js";

export interface Stay {
  /** How ring 0 was entered: "irq", or the number of the system call. */
  readonly why: "irq" | number;
  readonly partition: number;
  /** Where ring 3 was left, and where it goes on; offsets. */
  readonly from: number;
  readonly to: number;
  /** Instructions from the first in ring 0 to the iret, both included. */
  readonly instructions: number;
}

const INT = 0xcd;

/** All stays in ring 0 that begin and end in the same partition, until the system powers off. */
export function stays(image: string, limit = 500_000_000): Stay[] {
  const bytes = new Uint8Array(readFileSync(images + image));
  const machine = new Machine({
    memoryBytes: 64 << 20,
    ips: 100_000_000,
    boot: { kind: "multiboot", path: image, bytes },
    console: () => {},
  });
  const p = machine.cpu.processor;
  const found: Stay[] = [];
  let entered: { why: "irq" | number; from: number; selector: number; at: number } | undefined;
  p.onRingChange = (from, to, eip) => {
    if (from === 3) {
      const before = p.peekLinear(p.segment(SEGMENT.CS).base + eip - 2, 2);
      const why = before?.[0] === INT ? p.word(EAX) : "irq";
      entered = { why, from: eip, selector: p.selector(SEGMENT.CS), at: machine.cpu.retired };
      return;
    }
    const frame = Buffer.from(p.peekLinear(p.word(ESP), 8)!);
    const selector = frame.readUInt32LE(4);
    if (to !== 3 || entered?.selector !== selector) return;
    const { why, at } = entered;
    const instructions = machine.cpu.retired - at;
    found.push({ why, partition: (selector - 0x23) >> 4, from: entered.from, to: frame.readUInt32LE(0), instructions });
  };
  const exit = machine.run(limit);
  if (exit.kind !== "power") throw new Error(`${image}: ${exit.kind}`);
  return found;
}
