/** Golden transcripts: registers, memory and files. */
import { describe, expect, it } from "vitest";
import { hex, start, transcript } from "./harness.js";

describe("memory", () => {
  it("is that of the process of the last Hg", async () => {
    const { client } = await start();
    expect(
      await transcript(
        client,
        "Hgp2.1",
        "m2000,10",
        "Hgp3.1",
        "m2000,10",
        "M2000,2:4865",
        "m2000,5",
        "x2000,5",
        "Hgp2.1",
        "m2000,5",
        "m207e,8",
        "m207e,ffffffff",
        "mdead0000,1",
        "m2000,0",
        "X2000,0:",
      ),
    ).toMatchInlineSnapshot(`
      "-> Hgp2.1
      <- OK
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727431
      -> Hgp3.1
      <- OK
      -> m2000,10
      <- 68656c6c6f2066726f6d207061727432
      -> M2000,2:4865
      <- OK
      -> m2000,5
      <- 48656c6c6f
      -> x2000,5
      <- bHello
      -> Hgp2.1
      <- OK
      -> m2000,5
      <- 68656c6c6f
      -> m207e,8
      <- 0000
      -> m207e,ffffffff
      <- 0000
      -> mdead0000,1
      <- E0e
      -> m2000,0
      <- 
      -> X2000,0:
      <- OK"
    `);
  });
});

describe("files", () => {
  it("are the executables and nothing else, read-only", async () => {
    const { client } = await start();
    const name = hex("/pok386/part1.elf");
    expect(
      await transcript(
        client,
        "vFile:setfs:2",
        `vFile:open:${hex("just probing")},0,1c0`,
        `vFile:open:${hex("/etc/passwd")},0,0`,
        `vFile:open:${name},2,1ff`,
        `vFile:open:${name},0,0`,
        "vFile:pread:0,10,0",
        "vFile:pread:0,10,fffffff",
        "vFile:fstat:0",
        `vFile:stat:${name}`,
        `vFile:readlink:${name}`,
        `vFile:readlink:${hex("/etc/passwd")}`,
        "vFile:pwrite:0,0,x",
        `vFile:unlink:${name}`,
        "vFile:close:0",
        "vFile:close:0",
        "vFile:pread:0,10,0",
        "vFile:fstat:0",
      ),
    ).toMatchInlineSnapshot(`
      "-> vFile:setfs:2
      <- F0
      -> vFile:open:6a7573742070726f62696e67,0,1c0
      <- F-1,2
      -> vFile:open:2f6574632f706173737764,0,0
      <- F-1,2
      -> vFile:open:2f706f6b3338362f70617274312e656c66,2,1ff
      <- F-1,1e
      -> vFile:open:2f706f6b3338362f70617274312e656c66,0,0
      <- F0
      -> vFile:pread:0,10,0
      <- F10;\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00
      -> vFile:pread:0,10,fffffff
      <- F0;
      -> vFile:fstat:0
      <- F40;\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x81$\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\xe4\\x00\\x00\\x00\\x0... (68 bytes)
      -> vFile:stat:2f706f6b3338362f70617274312e656c66
      <- F40;\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x81$\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\xe4\\x00\\x00\\x00\\x0... (68 bytes)
      -> vFile:readlink:2f706f6b3338362f70617274312e656c66
      <- F-1,16
      -> vFile:readlink:2f6574632f706173737764
      <- F-1,2
      -> vFile:pwrite:0,0,x
      <- F-1,1e
      -> vFile:unlink:2f706f6b3338362f70617274312e656c66
      <- F-1,1e
      -> vFile:close:0
      <- F0
      -> vFile:close:0
      <- F-1,9
      -> vFile:pread:0,10,0
      <- F-1,9
      -> vFile:fstat:0
      <- F-1,9"
    `);
  });

  it("cannot be opened without end", async () => {
    const { client } = await start();
    const open = `vFile:open:${hex("/pok386/part1.elf")},0,0`;
    for (let i = 0; i < 64; i++) expect(await client.ask(open)).toBe(`F${i.toString(16)}`);
    expect(await client.ask(open)).toBe("F-1,18");
    expect(await client.ask("vFile:close:5")).toBe("F0");
    expect(await client.ask(open)).toBe("F5");
  });

  it("reads of any size bring the whole file, binary as it is", async () => {
    const { client, target } = await start();
    await client.ask(`vFile:open:${hex("/pok386/kernel.elf")},0,0`);
    let file = "";
    for (;;) {
      const [, data] = /^F[0-9a-f]+;(.*)$/s.exec((await client.ask(`vFile:pread:0,65,${file.length.toString(16)}`))!)!;
      if (data === "") break;
      file += data;
    }
    expect(file).toBe(Buffer.from(target.spaces()[0].executable!.bytes).toString("latin1"));
  });
});

it("tables of the operating system", async () => {
  const { client } = await start();
  expect((await client.ask("qXfer:osdata:read::0,1000"))!.replace(/\n/g, "")).toMatchInlineSnapshot(
    `"l<?xml version="1.0"?><!DOCTYPE target SYSTEM "osdata.dtd"><osdata type="types"><item><column name="Type">processes</column><column name="Description">The kernel and the partitions</column><column name="Title">processes</column></item><item><column name="Type">partitions</column><column name="Description">The partitions</column><column name="Title">partitions</column></item></osdata>"`,
  );
  expect((await client.ask("qXfer:osdata:read:processes:0,1000"))!.replace(/\n/g, "")).toMatchInlineSnapshot(
    `"l<?xml version="1.0"?><!DOCTYPE target SYSTEM "osdata.dtd"><osdata type="processes"><item><column name="pid">1</column><column name="user">kernel</column><column name="command">kernel</column><column name="cores">0</column></item><item><column name="pid">2</column><column name="user">partition</column><column name="command">part1</column><column name="cores">0</column></item><item><column name="pid">3</column><column name="user">partition</column><column name="command">part2</column><column name="cores">0</column></item></osdata>"`,
  );
  expect((await client.ask("qXfer:osdata:read:partitions:0,1000"))!.replace(/\n/g, "")).toMatchInlineSnapshot(
    `"l<?xml version="1.0"?><!DOCTYPE target SYSTEM "osdata.dtd"><osdata type="partitions"><item><column name="id">2</column><column name="name">part1</column></item></osdata>"`,
  );
});
