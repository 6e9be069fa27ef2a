/** qCRC, qSearch:memory, and QEMU's packets. */
import { describe, expect, it } from "vitest";
import { start, transcript } from "./harness.js";

describe("qCRC", () => {
  it("is the manual's CRC of the chosen process's memory", async () => {
    const { client, target } = await start();
    await client.ask("Hgp2.1");
    target.memory.write(2, 0x2000, new TextEncoder().encode("123456789"));
    // The check value of CRC-32/MPEG-2, which is this polynomial, start and end.
    expect(await client.ask("qCRC:2000,9")).toBe("C376e6e7");
    expect(await client.ask("qCRC:2000,0")).toBe("Cffffffff");
  });

  it("is an error where there is no memory", async () => {
    const { client } = await start();
    for (const asked of ["qCRC:5000,4", "qCRC:2000,100000", "qCRC:ffffffff,ffffffff", "qCRC:2000", "qCRC:"]) {
      expect(await client.ask(asked), asked).toMatch(/^E/);
    }
  });
});

describe("qSearch:memory", () => {
  it("finds what is there, and says so if it is not", async () => {
    const { client } = await start();
    expect(await transcript(client, "Hgp3.1", "qSearch:memory:2000;40;part2", "qSearch:memory:2000;40;part1")).toMatch(
      /<- 1,200b\n.*\n<- 0$/,
    );
    // Escaped bytes: a pattern may be any.
    expect(await client.ask("qSearch:memory:1000;10;\x89\xe5")).toBe("1,1001");
  });

  it.each(["qSearch:memory:2000;40;", "qSearch:memory:5000;40;x", "qSearch:memory:2000;100000;zz", "qSearch:memory:1"])(
    "refuses %s",
    async (asked) => {
      const { client } = await start();
      expect(await client.ask(asked)).toMatch(/^E/);
    },
  );
});

describe("QEMU's packets", () => {
  it("tell and set whether interrupts wait during steps", async () => {
    const { client, target } = await start();
    expect(await client.ask("qqemu.Supported")).toBe("sstepbits;sstep;PhyMemMode");
    expect(await client.ask("qqemu.sstepbits")).toBe("ENABLE=1,NOIRQ=2");
    expect(await client.ask("qqemu.sstep")).toBe("0x3");
    expect(await client.ask("Qqemu.sstep=1")).toBe("OK");
    expect(target.stepping!.holdsInterrupts).toBe(false);
    expect(await client.ask("qqemu.sstep")).toBe("0x1");
    expect(await client.ask("Qqemu.sstep=0x3")).toBe("OK");
    expect(target.stepping!.holdsInterrupts).toBe(true);
    expect(await client.ask("Qqemu.sstep=8")).toMatch(/^E/);
  });

  it("make addresses physical, for reads, writes and searches", async () => {
    const { client, target } = await start();
    expect(await client.ask("qqemu.PhyMemMode")).toBe("0");
    expect(await client.ask("Qqemu.PhyMemMode:1")).toBe("OK");
    expect(await client.ask("M10,2:abcd")).toBe("OK");
    expect(target.bus[0x10]).toBe(0xab);
    expect(await client.ask("m10,2")).toBe("abcd");
    expect(await client.ask("qSearch:memory:0;40;\xab\xcd")).toBe("1,10");
    expect(await client.ask("Qqemu.PhyMemMode:0")).toBe("OK");
    expect(await client.ask("m10,2")).toMatch(/^E/);
  });
});
