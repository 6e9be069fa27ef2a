/**
 * The guest's last exception as the object `siginfo` (GDB manual, "General Query Packets": qXfer:siginfo:read): 128 bytes. The first 16 are
 * those of GNU/Linux's siginfo_t, so that gdb's own `$_siginfo` shows signal, vector and address; behind them stands our record, as
 * docs/SIGINFO.md describes it.
 */
import type { FaultReport } from "../debug/target.js";

const BYTES = 128;
/** POSIX signals by vector, as GNU/Linux has them; SIGSEGV for all others. */
const SIGNALS: Readonly<Record<number, number>> = { 0: 8, 1: 5, 3: 5, 6: 4, 7: 8, 16: 8, 17: 7, 19: 8 };
const SIGSEGV = 11;
const ACCESS = { read: 1, write: 2, execute: 3 } as const;
const TWO32 = 0x1_0000_0000;

/** Which fields below hold something. */
const present = ({ errorCode, selector, descriptor, offset, limit, size, access }: FaultReport): number =>
  [errorCode, selector, descriptor, offset, limit, size, access].reduce<number>(
    (bits, field, n) => bits | (field === undefined ? 0 : 1 << n),
    0,
  );

export const siginfo = (fault: FaultReport): Uint8Array => {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  const [low = 0, high = 0] = fault.descriptor ?? [];
  const fields = [
    SIGNALS[fault.vector] ?? SIGSEGV, // si_signo
    fault.errorCode ?? 0, // si_errno
    fault.vector, // si_code
    fault.offset ?? fault.eip, // si_addr
    present(fault),
    fault.space,
    fault.cs,
    fault.eip,
    fault.cpl,
    fault.count % TWO32,
    Math.floor(fault.count / TWO32),
    fault.selector ?? 0,
    low,
    high,
    fault.limit ?? 0,
    fault.size ?? 0,
    fault.access === undefined ? 0 : ACCESS[fault.access],
  ];
  fields.forEach((value, n) => {
    view.setUint32(n * 4, value >>> 0, true);
  });
  return bytes;
};
