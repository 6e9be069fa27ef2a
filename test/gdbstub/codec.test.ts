import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, Framer, PACKET_SIZE, unescapeBinary } from "../../src/gdbstub/codec.js";
import { encode, fitting, framedBinary, framedHex } from "../../src/gdbstub/encode.js";
import { decodeReply, frame } from "./rsp-client.js";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
/** What stands between "$" and "#". */
const body = (payload: Uint8Array): string => latin1(encode(payload)).slice(1, -3);
const escaped = (payload: Uint8Array): number => encode(payload, false).length - 4;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
/** Long runs of few different bytes, among them the ones with a meaning, as well as anything at all. */
const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.tuple(fc.constantFrom(0, 0x23, 0x24, 0x2a, 0x2b, 0x2d, 0x30, 0x7d, 0xff), fc.integer({ min: 1, max: 250 })), { maxLength: 8 })
    .map((runs) => Uint8Array.from(runs.flatMap(([byte, count]) => Array<number>(count).fill(byte)))),
);

const readable = (frames: readonly Frame[]): string[] =>
  frames.map((item) => (item.kind === "packet" ? `${item.good ? "packet" : "bad packet"} ${latin1(item.payload)}` : item.kind));

describe("encoding", () => {
  it("is undone by a decoder that follows the manual", () => {
    fc.assert(
      fc.property(payloads, fc.boolean(), (payload, runs) => {
        const wire = latin1(encode(payload, runs));
        const [, body] = /^\$([^#$]*)#[0-9a-f]{2}$/s.exec(wire)!;
        expect(frame(body)).toBe(wire);
        expect(decodeReply(body)).toBe(latin1(payload));
      }),
    );
  });

  it("is read by our own framer, escapes and all", () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const [item, ...more] = new Framer().push(encode(payload, false));
        expect(more).toEqual([]);
        expect(item.kind === "packet" && item.good && [...unescapeBinary(item.payload)!]).toEqual([...payload]);
      }),
    );
  });

  it.each([
    [1, "0"],
    [3, "000"],
    [4, "0* "],
    [6, '0*"'],
    // six and seven repeats would be '#' and '$': five, and what is left
    [7, '0*"0'],
    [8, '0*"00'],
    [9, "0*%"],
    // 14 and 16 repeats would be '+' and '-'
    [15, "0**0"],
    [17, "0*,0"],
    [98, "0*~"],
    [99, "0*~0"],
    [102, "0*~0* "],
  ])("writes %i equal characters as %s", (count, expected) => {
    expect(body(bytesOf("0".repeat(count)))).toBe(expected);
  });

  it("never starts a run at an escaped byte, which gdb and LLDB expand differently", () => {
    expect(body(bytesOf("####"))).toBe("}\x03}\x03}\x03}\x03");
    expect(body(bytesOf(`#${"\x03".repeat(5)}`))).toBe("}\x03\x03*!");
  });

  it("takes as much data as fits once escaped", () => {
    fc.assert(
      fc.property(payloads, fc.integer({ min: 0, max: 300 }), (data, room) => {
        const part = fitting(data, room);
        expect(escaped(part)).toBeLessThanOrEqual(room);
        if (part.length < data.length) expect(escaped(data.subarray(0, part.length + 1))).toBeGreaterThan(room);
      }),
    );
  });

  /** Of the length from which replies are framed as they are read. */
  const memory = fc.uint8Array({ minLength: 1024, maxLength: 3000 });

  it("frames memory in digits as it does the digits", () => {
    fc.assert(
      fc.property(memory, (bytes) => {
        expect(latin1(framedHex(bytes)!.frame)).toBe(latin1(encode(bytesOf(Buffer.from(bytes).toString("hex")), false)));
      }),
    );
  });

  it("frames as much of memory as fits once escaped", () => {
    fc.assert(
      fc.property(memory, fc.integer({ min: 0, max: 3000 }), (bytes, room) => {
        const expected = Buffer.concat([bytesOf("b"), fitting(bytes, room)]);
        expect(latin1(framedBinary("b", bytes, room)!.frame)).toBe(latin1(encode(expected, false)));
      }),
    );
  });

  /** Stretches of equal bytes, most of them of two equal digits. */
  const stretches = fc
    .array(fc.tuple(fc.constantFrom(0, 0x11, 0x12, 0x20, 0xaa, 0xff), fc.integer({ min: 1, max: 300 })), { minLength: 20, maxLength: 40 })
    .map((runs) => Uint8Array.from([...runs.flatMap(([byte, count]) => Array<number>(count).fill(byte)), ...Array<number>(1024).fill(0)]));
  it("frames memory of which much is the same in digits, and runs of them", () => {
    fc.assert(
      fc.property(stretches, (bytes) => {
        const wire = latin1(framedHex(bytes)!.frame);
        const [, body] = /^\$([^#$]*)#[0-9a-f]{2}$/s.exec(wire)!;
        expect(frame(body)).toBe(wire);
        expect(decodeReply(body)).toBe(Buffer.from(bytes).toString("hex"));
      }),
    );
    expect(framedHex(new Uint8Array(65536))!.frame.length).toBeLessThan(4096);
  });
  it("leaves binary memory that is all the same to the encoder of runs", () =>
    expect(framedBinary("b", new Uint8Array(4096), 4096)).toBeUndefined());
  it("does not write over a frame that has not been sent yet", () => {
    const first = encode(bytesOf("0".repeat(2000)));
    const before = latin1(first);
    encode(bytesOf("1".repeat(2000)));
    framedHex(new Uint8Array(4096).fill(0x22));
    expect(latin1(first)).toBe(before);
  });

  it("notices an escape with nothing behind it", () => expect(unescapeBinary(bytesOf("ab}"))).toBeUndefined());
});

describe("the framer", () => {
  const anything = fc.oneof(
    payloads.map((payload) => latin1(encode(payload, false))),
    fc.constantFrom("+", "-", "\x03", "$abc#00", "$abc#zz", "%Stop:x#00", "noise", "$cut$OK#9a"),
    fc.uint8Array({ maxLength: 20 }).map(latin1),
  );

  it("finds the same frames whatever the split of the stream", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), (pieces, sizes) => {
        const stream = bytesOf(pieces.join(""));
        const split = new Framer();
        const frames: Frame[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = Math.max(1, sizes[i % sizes.length]);
          frames.push(...split.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(frames).toEqual(new Framer().push(stream));
      }),
    );
  });

  it.each([
    ["acknowledgments and breaks", "+-\x03+", ["ack", "nak", "break", "ack"]],
    ["a break inside a packet is data", "$a\x03b#c6", ["packet a\x03b"]],
    ["a wrong checksum, and the next packet", "$g#00$g#67", ["bad packet g", "packet g"]],
    ["a checksum in capitals", "$l#6C", ["packet l"]],
    ["a checksum that is no number", "$g#6x$g#67", ["bad packet g", "packet g"]],
    ["noise and notifications between packets", "hello%Stop:T05#aa$g#67", ["packet g"]],
    ["a packet cut short by another", "$m100$g#67", ["packet g"]],
    ["an empty packet", "$#00", ["packet "]],
  ])("%s", (_, stream, expected) => {
    expect(readable(new Framer().push(bytesOf(stream)))).toEqual(expected);
  });

  it("keeps a packet of PacketSize and drops a longer one, without losing its place", () => {
    const longest = "x".repeat(PACKET_SIZE);
    expect(readable(new Framer().push(bytesOf(frame(longest))))).toEqual([`packet ${longest}`]);
    const endless = "x".repeat(PACKET_SIZE * 5);
    expect(readable(new Framer().push(bytesOf(`${frame(endless)}$g#67`)))).toEqual(["oversized", "packet g"]);
  });
});
