/** Whatever is wrong with what a user gave: exit status 2, and one line that names it, says where and what is wrong, and how to mend it. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { file, folder } from "../support/partitions.js";
import { Emulator, TWO } from "../support/pok386.js";
import { tinyKernel } from "../support/tiny-kernel.js";

const kernel = new Uint8Array(readFileSync(TWO));

/** The one line, without "pok386: " and the newline. */
async function complaint(...args: string[]): Promise<string> {
  const emulator = new Emulator(args);
  expect(await emulator.exit, emulator.stderr).toBe(2);
  expect(emulator.stdout).toBe("");
  expect(emulator.stderr).toMatch(/^pok386: [^\n]+\n$/);
  return emulator.stderr.slice("pok386: ".length, -1);
}

/** The kernel with some bytes of its file changed. */
function changed(changes: Readonly<Record<number, readonly number[]>>): string {
  const bytes = kernel.slice();
  for (const [at, values] of Object.entries(changes)) bytes.set(values, Number(at));
  return file("kernel.elf", bytes);
}

describe("the image", () => {
  it("that is not there", async () => {
    expect(await complaint("run", "/nowhere/kernel.elf")).toBe("/nowhere/kernel.elf: no such file");
  });

  it("that is a directory", async () => {
    const path = folder();
    expect(await complaint("run", path)).toBe(`${path}: is a directory, not a file`);
  });

  it("that is empty", async () => {
    const path = file("kernel.elf", "");
    expect(await complaint("run", path)).toBe(`${path}: no multiboot header in the first 8 KB; is it a kernel?`);
  });

  it("that is some other file", async () => {
    const path = file("notes.txt", "hello\n".repeat(5000));
    expect(await complaint("run", path)).toBe(`${path}: no multiboot header in the first 8 KB; is it a kernel?`);
  });

  it("that has a multiboot header but is no ELF file", async () => {
    const path = changed({ 0: [0x7e] });
    expect(await complaint("run", path)).toBe(`${path}: not an ELF file`);
  });

  it("that is a 64-bit ELF file", async () => {
    const path = changed({ 4: [2] });
    expect(await complaint("run", path)).toBe(`${path}: a 64-bit ELF file; only 32-bit ones run on an i386`);
  });

  it("that is a big-endian ELF file", async () => {
    const path = changed({ 5: [2] });
    expect(await complaint("run", path)).toBe(`${path}: a big-endian ELF file; an i386 is little-endian`);
  });

  it("that is made for another processor", async () => {
    const path = changed({ 18: [40, 0] });
    expect(await complaint("run", path)).toBe(`${path}: made for ELF machine 40, not for the i386 (machine 3)`);
  });

  it("that is an object file", async () => {
    const path = changed({ 16: [1, 0] });
    expect(await complaint("run", path)).toBe(`${path}: ELF type 1 is not an executable (type 2); it needs linking`);
  });

  it("that has no multiboot header", async () => {
    const at = Buffer.from(kernel).indexOf(Buffer.from([0x02, 0xb0, 0xad, 0x1b]));
    const path = changed({ [at]: [0, 0, 0, 0] });
    expect(await complaint("run", path)).toBe(`${path}: no multiboot header in the first 8 KB; is it a kernel?`);
  });

  it("that is larger than memory", async () => {
    expect(await complaint("run", TWO, "--memory", "1")).toMatch(
      /pok-two\.elf: segment \d+ \(0x100000 to 0x[0-9a-f]+\) does not fit in 1 MB of memory$/,
    );
  });

  it("that wants a video mode", async () => {
    const { image } = tinyKernel(0xf4);
    const view = new DataView(image.buffer);
    view.setUint32(4, 0x10004, true);
    view.setUint32(8, -(0x1badb002 + 0x10004), true);
    const path = file("kernel.bin", image);
    expect(await complaint("run", path)).toBe(`${path}: multiboot header asks for a video mode (flag 2); there is only the text screen`);
  });

  it("that is cut short, wherever it was cut", async () => {
    const lengths = [
      3,
      4,
      16,
      51,
      52,
      60,
      84,
      147,
      4095,
      4096,
      4108,
      8000,
      20_000,
      kernel.length >> 1,
      kernel.length - 40,
      kernel.length - 1,
    ];
    const complaints = lengths.map((length) => complaint("run", file("kernel.elf", kernel.slice(0, length))));
    for (const line of await Promise.all(complaints))
      expect(line).toMatch(/kernel\.elf: (truncated: .+|no multiboot header in the first 8 KB; is it a kernel\?)$/);
  });
});

describe("other files", () => {
  it("a module that is not there", async () => {
    expect(await complaint("run", TWO, "--module", "/nowhere/module")).toBe("/nowhere/module: no such file");
  });

  it("a module that does not fit into memory", async () => {
    const path = file("module", new Uint8Array(4 << 20));
    expect(await complaint("run", TWO, "--memory", "4", "--module", path)).toMatch(/^\S+module: \S+ .*does not fit in 4 MB of memory$/);
  });

  it("a partition's file that is not there", async () => {
    expect(await complaint("run", TWO, "--partition", "part1=/nowhere/part1.elf")).toBe("/nowhere/part1.elf: no such file");
  });

  it("a partition's file that is no executable", async () => {
    const path = file("part1.elf", "text");
    expect(await complaint("run", TWO, "--partition", `part1=${path}`)).toBe(`${path}: not an ELF file`);
  });
});

describe("options", () => {
  it.each([
    [["--memory", "0"], "--memory 0: a whole number from 1 to 1024, please"],
    [["--memory", "1.5"], "--memory 1.5: a whole number from 1 to 1024, please"],
    [["--memory", "4096"], "--memory 4096: a whole number from 1 to 1024, please"],
    [["--memory", "lots"], "--memory lots: a whole number from 1 to 1024, please"],
    [["--ips", "10"], "--ips 10: a whole number from 1000 to 5000000000, please"],
    [["--ips", "fast"], "--ips fast: a whole number from 1000 to 5000000000, please"],
    [["--max-insns", "0"], "--max-insns 0: a whole number from 1 to 9007199254740991, please"],
    [["--max-insns", "-5"], "--max-insns -5: a whole number from 1 to 9007199254740991, please"],
    [["--max-insns", "1e99"], "--max-insns 1e99: a whole number from 1 to 9007199254740991, please"],
    [["--gdb", "telnet"], "--gdb telnet: say [HOST:]PORT with a port from 0 (any free one) to 65535"],
    [["--gdb", "65536"], "--gdb 65536: say [HOST:]PORT with a port from 0 (any free one) to 65535"],
    [["--gdb", "localhost:"], "--gdb localhost:: say [HOST:]PORT with a port from 0 (any free one) to 65535"],
    [["--gdb", "-1"], "--gdb -1: say [HOST:]PORT with a port from 0 (any free one) to 65535"],
    [["--partition", "radar"], '--partition radar: say NAME=FILE, the name of letters, digits, "_", "." and "-"'],
    [["--partition", "=x"], '--partition =x: say NAME=FILE, the name of letters, digits, "_", "." and "-"'],
    [["--partition", "kernel=x"], '--partition kernel=x: "kernel" is the kernel\'s own name'],
    [["--pace", "slow"], 'Invalid values: Argument: pace, Given: "slow", Choices: "fast", "wall"; --help tells more'],
    [["--memory", "8", "--memory", "9"], "--memory is given twice"],
    [["--gdb", "0", "--gdb", "1"], "--gdb is given twice"],
    [["--nonsense"], "Unknown argument: nonsense; --help tells more"],
    [["extra"], "Unknown argument: extra; --help tells more"],
  ])("%s", async (args, expected) => {
    expect(await complaint("run", TWO, ...args)).toBe(expected);
  });

  it.each(["--memory", "--ips", "--max-insns", "--gdb", "--append", "--module", "--partition", "--pace"])(
    "%s without a value",
    async (option) => {
      expect(await complaint("run", TWO, option)).toBe(`${option} needs a value`);
    },
  );

  it("two partitions of one name", async () => {
    expect(await complaint("run", TWO, "--partition", `a=${TWO}`, "--partition", `a=${TWO}`)).toBe(
      "--partition a: the name is given twice",
    );
  });

  it("an address that this machine has not", async () => {
    expect(await complaint("run", TWO, "--gdb", "192.0.2.1:0")).toBe("--gdb 192.0.2.1:0: this machine has no such address");
  });

  it("a port in use", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
    );
    expect(await complaint("run", TWO, "--gdb", String(port))).toBe(
      `--gdb 127.0.0.1:${port}: the port is in use; choose another, or 0 for any that is free`,
    );
  });
});

describe("commands", () => {
  it("none at all", async () => {
    expect(await complaint()).toBe('say what to do: "pok386 run IMAGE" or "pok386 demo"; --help tells more');
  });

  it("an unknown one", async () => {
    expect(await complaint("walk")).toBe("Unknown argument: walk; --help tells more");
  });

  it("run without an image", async () => {
    expect(await complaint("run")).toMatch(/^run: name a multiboot image/);
  });
});
