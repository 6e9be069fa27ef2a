/** Who did it last. */
import { UserError } from "../../errors.js";
import { lastExecution, lastWrite, type Place } from "../history/search.js";
import type { MachineTarget } from "../machine-target.js";
import { codeAddresses, linearAddress, number } from "./addresses.js";
import type { MonitorCommand } from "./index.js";
import { historyOf, placeText } from "./travel.js";

const MOST_BYTES = 0x100000;

const tell = (target: MachineTarget, what: string, found: Place | undefined): string =>
  found
    ? `${what} by ${placeText(found)}, ${target.machine.now - found.count} instructions ago; "monitor goto ${found.count}" goes there\n`
    : `not ${what} since the history began, at instruction ${historyOf(target).timeline.start.count}\n`;

export const lastWriteCommand: MonitorCommand = {
  name: "last-write",
  synopsis: "ADDRESS [LENGTH]",
  description: "who wrote this memory last: an offset or symbol, PARTITION: and one of these, or SEG:OFFSET; 4 bytes unless told",
  run: (target, [address, length = "4"], print) => {
    if (address === undefined) throw new UserError("which address?");
    const bytes = number(length);
    if (bytes < 1 || bytes > MOST_BYTES) throw new UserError(`a length is 1 to ${MOST_BYTES}, not ${length}`);
    print(tell(target, "written", lastWrite(target, historyOf(target), linearAddress(target, address), bytes)));
  },
};

export const lastExecCommand: MonitorCommand = {
  name: "last-exec",
  synopsis: "SYMBOL|ADDRESS",
  description: "when the instruction there was executed last; PARTITION: before it chooses among several",
  run: (target, [symbol], print) => {
    if (symbol === undefined) throw new UserError("which function?");
    print(tell(target, "executed", lastExecution(target, historyOf(target), codeAddresses(target, symbol))));
  },
};
