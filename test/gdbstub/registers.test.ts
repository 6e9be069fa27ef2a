/** The target description and the registers it describes. */
import { describe, expect, it } from "vitest";
import { start, transcript } from "./harness.js";

describe("the target description", () => {
  it("has the layout that gdb has built in, and ours behind it", async () => {
    const { client } = await start();
    let xml = "";
    for (let more = true; more; ) {
      const reply = (await client.ask(`qXfer:features:read:target.xml:${xml.length.toString(16)},400`))!;
      xml += reply.slice(1);
      more = reply[0] === "m";
    }
    const registers = [...xml.matchAll(/<reg name="(\w+)" bitsize="(\d+)" type="(\w+)" regnum="(\d+)"/g)].map((match) =>
      match.slice(1).join(" "),
    );
    expect(registers).toMatchInlineSnapshot(`
      [
        "eax 32 int 0",
        "ecx 32 int 1",
        "edx 32 int 2",
        "ebx 32 int 3",
        "esp 32 data_ptr 4",
        "ebp 32 data_ptr 5",
        "esi 32 int 6",
        "edi 32 int 7",
        "eip 32 code_ptr 8",
        "eflags 32 i386_eflags 9",
        "cs 32 int 10",
        "ss 32 int 11",
        "ds 32 int 12",
        "es 32 int 13",
        "fs 32 int 14",
        "gs 32 int 15",
        "st0 80 i387_ext 16",
        "st1 80 i387_ext 17",
        "st2 80 i387_ext 18",
        "st3 80 i387_ext 19",
        "st4 80 i387_ext 20",
        "st5 80 i387_ext 21",
        "st6 80 i387_ext 22",
        "st7 80 i387_ext 23",
        "fctrl 32 int 24",
        "fstat 32 int 25",
        "ftag 32 int 26",
        "fiseg 32 int 27",
        "fioff 32 int 28",
        "foseg 32 int 29",
        "fooff 32 int 30",
        "fop 32 int 31",
        "xmm0 128 vec128 32",
        "xmm1 128 vec128 33",
        "xmm2 128 vec128 34",
        "xmm3 128 vec128 35",
        "xmm4 128 vec128 36",
        "xmm5 128 vec128 37",
        "xmm6 128 vec128 38",
        "xmm7 128 vec128 39",
        "mxcsr 32 i386_mxcsr 40",
        "orig_eax 32 int 41",
        "cr0 32 i386_cr0 64",
        "cs_base 32 data_ptr 65",
        "tr 16 uint16 66",
      ]
    `);
    expect([...xml.matchAll(/<feature name="([\w.]+)"/g)].map(([, name]) => name)).toEqual([
      "org.gnu.gdb.i386.core",
      "org.gnu.gdb.i386.sse",
      "org.gnu.gdb.i386.linux",
      "org.pok386.system",
    ]);
  });

  it("g has 308 bytes, p has every register, and what cannot be written says why", async () => {
    const { client } = await start();
    const g = (await client.ask("g"))!;
    expect(g.length).toBe(308 * 2);
    expect(
      await transcript(
        client,
        "p8",
        "p1b",
        "p20",
        "p28",
        "p29",
        "p40",
        "p42",
        "p43",
        "P0=78563412",
        "p0",
        "P40=01000000",
        `P20=${"0".repeat(32)}`,
        `P20=1${"0".repeat(31)}`,
        "P29=ffffffff",
      ),
    ).toMatchInlineSnapshot(`
      "-> p8
      <- 00001000
      -> p1b
      <- xxxxxxxx
      -> p20
      <- 00000000000000000000000000000000
      -> p28
      <- 801f0000
      -> p29
      <- ffffffff
      -> p40
      <- 00000000
      -> p42
      <- 2800
      -> p43
      <- E.there is no register 67
      -> P0=78563412
      <- OK
      -> p0
      <- 78563412
      -> P40=01000000
      <- E.cr0 cannot be written
      -> P20=00000000000000000000000000000000
      <- OK
      -> P20=10000000000000000000000000000000
      <- E.the processor has no xmm0
      -> P29=ffffffff
      <- OK"
    `);
    const changed = `efbeadde${g.slice(8)}`;
    expect(await transcript(client, `G${changed}`, "p0", "p1b")).toMatchInlineSnapshot(`
      "-> Gefbeadde0000000000000000000000007820000070200000000000000000000000001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000... (617 bytes)
      <- OK
      -> p0
      <- efbeadde
      -> p1b
      <- xxxxxxxx"
    `);
  });
});
