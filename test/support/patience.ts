/**
 * How long a test waits for what is bound to come, in milliseconds: an answer, a line, the end of a process. A machine that others use may
 * stand still for many seconds, and waiting costs nothing where it is not needed, so there is one patience for all, and it is long. Only
 * what must not come is waited for less, where a test says so.
 */
export const PATIENCE = 120_000;

/** For a whole test, unless it does the more the more cases it is told to try. */
export const TEST_TIMEOUT = 5 * PATIENCE;

/** gdb gives up on a stub that is silent for two seconds, and then shows what no test expects. In seconds. */
export const GDB_PATIENCE = `set remotetimeout ${PATIENCE / 1000}`;
