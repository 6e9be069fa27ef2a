import { type Linear, linear } from "../../cpu386/address.js";
import type { Paging } from "../../cpu386/paging.js";
import { isData } from "../../cpu386/segment.js";
import { UserError } from "../../errors.js";
import { attributesText } from "../descriptors.js";
import { KERNEL } from "../threads.js";
import { hex, number, segmentNamed } from "./addresses.js";
import type { MonitorCommand } from "./index.js";

export const translate: MonitorCommand = {
  name: "translate",
  synopsis: "[SEG:]OFFSET",
  description:
    "a logical address to a linear one, and to a physical one with paging; SEG is a segment register, a selector or a partition's name, " +
    "OFFSET there a symbol of it too; without SEG, or with the kernel's name, the address is linear",
  run: (target, args, print) => {
    const match = /^(?:([^:]+):)?([^:]+)$/.exec(args.join(""));
    if (!match) throw new UserError("say SEG:OFFSET, e.g. ds:0x1000, 0x2b:0x1000 or part1:0x1000, or a linear address");
    const [, name, offset] = match;
    const space = target.system.spaces().find((s) => s.name === name);
    const at = (space && target.system.addressOf(space.id, offset!)) ?? number(offset!);
    const { paging } = target.machine.cpu.processor;
    // The kernel's segments are flat.
    if (name === undefined || space?.id === KERNEL.space) {
      const to = linear(at);
      print(paging.enabled ? throughPages(paging, to) : `linear ${hex(at)} is the physical address: paging is off\n`);
      return;
    }
    const segment = segmentNamed(target, name);
    if (segment.attributes === 0) throw new UserError(`${name} holds a null selector`);
    const down = isData(segment.attributes) && (segment.attributes & 0x400) !== 0;
    const inside = down ? at > segment.limit : at <= segment.limit;
    // Presence is told, not required: POK's descriptors of partitions that are not running have P = 0.
    const to = linear(segment.base + at);
    print(
      `${name}:${hex(at)} = linear ${hex(to)}${inside ? "" : `, outside: the limit is ${hex(segment.limit)}`}   (${attributesText(segment.attributes)})\n`,
    );
    if (paging.enabled) print(throughPages(paging, to));
  },
};

/** By the page tables; and by the TLB, which guests forget to tell of what they change. */
function throughPages(paging: Paging, at: Linear): string {
  const { tables, tlb } = paging.look(at);
  const missing = "missing" in tables;
  const text = missing
    ? `linear ${hex(at)} is not mapped: ${tables.missing}\n`
    : `linear ${hex(at)} = physical ${hex(tables.to)}   (${tables.isWritable ? "writable" : "read-only"}, ${tables.isUser ? "user" : "supervisor"})\n`;
  if (tlb === undefined || (!missing && tlb === tables.to)) return text;
  return `${text}the TLB still has physical ${hex(tlb)}: the tables have changed since, without invlpg or a load of CR3\n`;
}
