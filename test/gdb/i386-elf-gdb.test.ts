/** The third gdb of the client matrix, built from Debian's gdb-source for bare i386: what it is, or that this run is without it. */
import { expect, test } from "vitest";
import { GDBS, Gdb, withBareGdb } from "../gdbstub/real-gdb.js";

if (withBareGdb) {
  test("it knows nothing but bare i386, no host and no system", async () => {
    const bare = GDBS.at(-1)!;
    expect(bare).toMatch(/i386-elf-gdb$/);
    const said = await Gdb.start(bare, ["show configuration", "show osabi", "show architecture"]).exits();
    expect(said).toContain("--target=i386-elf");
    expect(said).toMatch(/The current OS ABI is "auto" \(currently "none"\)/);
    expect(said).toContain('(currently "i386")');
  });
} else {
  const line = "this run is without an i386-elf gdb: npm run test:i386-gdb builds it (ten minutes, once) and runs the tests with it";
  process.stderr.write(`${line}\n`);
  test.skip(line);
}
