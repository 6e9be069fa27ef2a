/** An RTEMS tree in the layout of 2013 links with libpart.a as it is, and runs in the place of a partition. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findExecutables } from "../../src/pok/embedded.js";
import { folder } from "../support/partitions.js";
import { Emulator } from "../support/pok386.js";
import { boot, images, root, run } from "./tools.js";

const FLAGS = ["-m32", "-O1", "-ffreestanding", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-fcf-protection=none", "-mno-sse"];
const LINES = `board: banner
board: work area from the host
board: 50 ticks of 10 ms took 500 ms
board: sections nest
board: what came in it was delivered behind it
board: done
`;

/** The executable, built of the tree's sources and the archive alone. */
function build(at: string, ...defines: string[]): Uint8Array {
  const sources = ["start.S", "board.c"].map((name) => `${root}test/guest/rtems2013/${name}`);
  const objects = sources.map((source, n) => {
    const object = join(at, `${n}.o`);
    expect(run("gcc", [...FLAGS, ...defines, `-I${root}src/guest/virt/include`, "-c", source, "-o", object]).stderr).toBe("");
    return object;
  });
  const linked = join(at, "rtems.exe");
  const script = `${root}test/guest/rtems2013/linkcmds`;
  const { stderr } = run("ld", [
    "-m",
    "elf_i386",
    "-n",
    "-s",
    "--no-warn-rwx-segments",
    "-T",
    script,
    "-o",
    linked,
    ...objects,
    `${images}libpart.a`,
  ]);
  expect(stderr).toBe("");
  return new Uint8Array(readFileSync(linked));
}

/** The image with that executable in the place of its partition's: there is room for it. */
function imageWith(executable: Uint8Array, at: string): string {
  const image = readFileSync(`${images}hello.elf`);
  const partition = Buffer.from(findExecutables(image.subarray(1))[0]!.bytes);
  expect(executable.length).toBeLessThan(partition.length);
  const where = image.indexOf(partition);
  image.fill(0, where, where + partition.length);
  image.set(executable, where);
  const path = join(at, "system.elf");
  writeFileSync(path, image);
  return path;
}

test.each([
  ["with the headers that come with it", []],
  ["with declarations of its own", ["-DOWN_HEADERS"]],
])("%s", async (_name, defines) => {
  const at = folder();
  const path = imageWith(build(at, ...defines), at);
  const here = new Emulator(["run", path]);
  expect(await here.exit, here.stderr).toBe(0);
  expect(here.stdout).toContain(LINES);
  expect(boot(path, "").stdout).toContain(LINES);
});
