/** gdb's own numbers of signals ("gdb/signals.h") beside those of POSIX on Linux, where they differ. */

const DIFFERENT: readonly (readonly [posix: number, gdb: number])[] = [[7, 10]];

const toGdb: ReadonlyMap<number, number> = new Map(DIFFERENT);
const toPosix: ReadonlyMap<number, number> = new Map(DIFFERENT.map(([posix, gdb]) => [gdb, posix]));

export const gdbSignal = (posix: number): number => toGdb.get(posix) ?? posix;
/** The numbers of exceptions; undefined for a signal of gdb's that is none of them. */
export const posixSignal = (gdb: number): number | undefined => toPosix.get(gdb) ?? (toGdb.has(gdb) ? undefined : gdb);
