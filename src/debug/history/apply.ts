/** Makes an entry of the log happen. */
import { physical } from "../../cpu386/address.js";
import type { Machine } from "../../pc/machine.js";
import type { KilledSpaces } from "../killed.js";
import type { Happening } from "./log.js";

export function apply(machine: Machine, killed: Pick<KilledSpaces, "add">, what: Happening): void {
  switch (what.kind) {
    case "serial":
      return machine.type(Uint8Array.from(what.bytes));
    case "keys":
      return machine.keyboard.press(what.codes);
    case "nmi":
      return machine.raiseNmi();
    case "memory":
      machine.cpu.processor.memory.poke(physical(what.address), Uint8Array.from(what.bytes));
      return;
    case "killed":
      return killed.add(what.space);
    case "processor":
      return machine.cpu.load(what.state);
    default:
    // Not a thing that happens at a moment: a way of running.
  }
}
