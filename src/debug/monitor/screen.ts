import { UserError } from "../../errors.js";
import type { MonitorCommand } from "./index.js";

export const screen: MonitorCommand = {
  name: "screen",
  synopsis: "[ansi]",
  description: "the VGA text screen, as plain text or with colours",
  run: (target, [form], print) => {
    const { vga } = target.machine;
    if (form === "ansi") return print(vga.ansi());
    if (form !== undefined) throw new UserError(`"${form}" is not "ansi"`);
    const lines = vga.text().map((line) => line.trimEnd());
    while (lines.length > 0 && lines.at(-1) === "") lines.pop();
    print(lines.length === 0 ? "(the screen is empty)\n" : `${lines.join("\n")}\n`);
  },
};
