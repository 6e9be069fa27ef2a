/** The x87's registers as gdb sees and sets them. */
import { describe, expect, test } from "vitest";
import { GDBS, runGdb } from "../gdbstub/real-gdb.js";
import { debugged } from "../support/pok386.js";

describe.each(GDBS)("%s", (gdb) => {
  test("shows and sets the x87's registers", async () => {
    const { port } = await debugged();
    const output = await runGdb(gdb, port, [
      "break update_track",
      "continue",
      "set var $st0 = 1.5",
      "stepi",
      "print $st0",
      "print/x $fctrl",
      "set var $st1 = 1.5",
      "set var $st0 = 2.5",
      // TOP becomes 5, and st0 stays st0.
      "set var $fstat = 0x2800",
      'printf "st0 is %g, st1 %g\\n", $st0, $st1',
      "set var $fioff = 0x1234",
      "print/x $fioff",
      "info float",
    ]);
    expect(output).toContain("= 1.5\n");
    expect(output).toContain("= 0x37f\n");
    expect(output).toContain("st0 is 2.5, st1 1.5\n");
    expect(output).toContain("$3 = 0x1234\n");
    expect(output).toContain("Control Word:        0x037f");
  });
});
