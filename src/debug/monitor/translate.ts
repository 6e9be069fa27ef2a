import { isData } from "../../cpu386/segment.js";
import { UserError } from "../../errors.js";
import { attributesText } from "../descriptors.js";
import { hex, number, segmentNamed } from "./addresses.js";
import type { MonitorCommand } from "./index.js";

export const translate: MonitorCommand = {
  name: "translate",
  synopsis: "SEG:OFFSET",
  description: "a logical address to a linear one; SEG is a segment register, a selector or a partition's name",
  run: (target, args, print) => {
    const match = /^([^:]+):([^:]+)$/.exec(args.join(""));
    if (!match) throw new UserError("say SEG:OFFSET, e.g. ds:0x1000, 0x2b:0x1000 or part1:0x1000");
    const segment = segmentNamed(target, match[1]!);
    const at = number(match[2]!);
    if (segment.attributes === 0) throw new UserError(`${match[1]} holds a null selector`);
    const down = isData(segment.attributes) && (segment.attributes & 0x400) !== 0;
    const inside = down ? at > segment.limit : at <= segment.limit;
    // Presence is told, not required: POK's descriptors of partitions that are not running have P = 0.
    print(
      `${match[1]}:${hex(at)} = linear ${hex(segment.base + at)}${inside ? "" : `, outside: the limit is ${hex(segment.limit)}`}   (${attributesText(segment.attributes)})\n`,
    );
  },
};
