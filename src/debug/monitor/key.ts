import { UserError } from "../../errors.js";
import type { MonitorCommand } from "./index.js";

/** Scan code set 1, by what is printed on the keys. */
const ROWS: readonly (readonly [number, string])[] = [
  [0x02, "1234567890-="],
  [0x10, "qwertyuiop[]"],
  [0x1e, "asdfghjkl;'`"],
  [0x2b, "\\zxcvbnm,./"],
];
const NAMED: Readonly<Record<string, number>> = { esc: 0x01, backspace: 0x0e, tab: 0x0f, enter: 0x1c, space: 0x39, f1: 0x3b };
const RELEASED = 0x80;

function codeOf(key: string): number {
  const named = NAMED[key.toLowerCase()];
  if (named !== undefined) return named;
  for (const [first, keys] of ROWS) {
    const at = keys.indexOf(key);
    if (key.length === 1 && at >= 0) return first + at;
  }
  throw new UserError(`there is no key "${key}"; there are: ${ROWS.map(([, keys]) => keys).join("")} ${Object.keys(NAMED).join(" ")}`);
}

export const key: MonitorCommand = {
  name: "key",
  synopsis: "KEY...",
  description: "press keys of the keyboard and let them go, taken when the machine goes on",
  run: (target, keys, print) => {
    if (keys.length === 0) throw new UserError("which key?");
    target.inject({ kind: "keys", codes: keys.map(codeOf).flatMap((code) => [code, code | RELEASED]) });
    print(`pressed: ${keys.join(" ")}\n`);
  },
};
