/** g G p P: the registers of the thread that Hg chose (GDB manual, "Packets"). */
import { toHex } from "../bytes.js";
import { CORE, findSlot, GENERAL_PACKET, type RegisterSlot, readSlot } from "../register-layout.js";
import { Errno, fail, OK, type Reply } from "../reply.js";
import type { Session } from "../session.js";
import { nothing, packet } from "./definition.js";

/** Registers without a value are sent as 'x' instead of digits. */
const hexOf = (session: Session, slot: RegisterSlot): string => {
  const { experiment, general, target } = session;
  const { frame } = experiment;
  // Looking at a trace frame: what it has not collected nobody knows.
  const value =
    frame === undefined ? readSlot(target.registers, general, slot) : frame.space === general.space ? frame.register(slot) : undefined;
  return value === undefined ? "xx".repeat(slot.bytes) : toHex(value);
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

const noSuchRegister = (number: number) => fail(Errno.EINVAL, `there is no register ${number}`);

const write = (session: Session, slot: RegisterSlot, value: Uint8Array): Reply => {
  if (session.experiment.frame !== undefined) return fail(Errno.EPERM, "a trace frame is the past, which cannot be changed");
  if (slot.source === "absent") {
    // gdb writes orig_eax along with eip when it takes the machine for a GNU/Linux one; that much may pass.
    const same = sameBytes(value, readSlot(session.target.registers, session.general, slot)!);
    // After a call of its own gdb writes back every register it has read.
    return slot.name === "orig_eax" || same ? OK : fail(Errno.EIO, `the processor has no ${slot.name}`);
  }
  const { registers } = session.target;
  const written = registers.write(session.general, slot.name, value);
  return written === true ? OK : fail(Errno.EIO, written);
};

export const registerPackets = [
  packet({
    match: "g",
    textErrors: true,
    parse: nothing,
    handle: (_, session) => {
      session.readByGeneral.add(session.general.space);
      return GENERAL_PACKET.map((slot) => hexOf(session, slot)).join("");
    },
  }),

  /** What comes behind the core registers belongs to a unit the processor has not got. */
  packet({
    match: "G",
    textErrors: true,
    parse: (reader) => CORE.map((slot) => ({ slot, value: reader.optionalHexBytes(slot.bytes) })),
    handle: (values, session) => {
      for (const { slot, value } of values) {
        const old = readSlot(session.target.registers, session.general, slot);
        // Most of G is what g said before: writing that back must not fail for a register that cannot be written now.
        if (value === undefined || old === undefined || sameBytes(old, value)) continue;
        const result = write(session, slot, value);
        if (result !== OK) return result;
      }
      return OK;
    },
  }),

  packet({
    match: "p",
    textErrors: true,
    parse: (reader) => {
      const number = reader.hex();
      reader.end();
      return number;
    },
    handle: (number, session) => {
      const slot = findSlot(session.target.registers, number);
      return slot === undefined ? noSuchRegister(number) : hexOf(session, slot);
    },
  }),

  packet({
    match: "P",
    textErrors: true,
    parse: (reader) => {
      const number = reader.hex();
      reader.expect("=");
      return { number, value: reader.hexBytes() };
    },
    handle: ({ number, value }, session) => {
      const slot = findSlot(session.target.registers, number);
      if (slot === undefined) return noSuchRegister(number);
      if (value.length !== slot.bytes) return fail(Errno.EINVAL, `${slot.name} has ${slot.bytes} bytes, not ${value.length}`);
      return write(session, slot, value);
    },
  }),
];
