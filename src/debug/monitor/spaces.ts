import type { MonitorCommand } from "./index.js";

const hex = (n: number): string => `0x${n.toString(16).padStart(8, "0")}`;

export const partitions: MonitorCommand = {
  name: "partitions",
  synopsis: "",
  description: "address spaces with their segments",
  run: (target, _args, print) => {
    const current = target.current().space;
    print("  process name         base       limit      code data state     executable\n");
    for (const { id, name, segments, executable } of target.system.spaces()) {
      const where = segments
        ? `${hex(segments.base)} ${hex(segments.limit)} 0x${segments.code.toString(16)} 0x${segments.data.toString(16)} ${segments.present ? "present  " : "off      "}`
        : id === 1
          ? "linear addresses                          "
          : "no segments yet                           ";
      print(`${id === current ? "*" : " "} ${String(id).padEnd(7)} ${name.padEnd(12)} ${where} ${executable?.path ?? "(no symbols)"}\n`);
    }
  },
};

export const threads: MonitorCommand = {
  name: "threads",
  synopsis: "",
  description: "threads of every address space, and what they are doing",
  run: (target, _args, print) => {
    const current = target.current();
    for (const { space, thread, name, detail } of target.threads()) {
      const here = space === current.space && thread === current.thread ? "*" : " ";
      const eip = target.registers.read({ space, thread }, "eip");
      const at = eip ? new DataView(eip.buffer).getUint32(0, true) : undefined;
      const symbol = at === undefined ? undefined : target.system.symbol(space, at);
      const place = at === undefined ? "" : ` at ${hex(at)}${symbol ? ` <${symbol}>` : ""}`;
      print(`${here} p${space}.${thread} ${name.padEnd(20)} ${detail}${place}\n`);
    }
  },
};
