import { expect, test } from "vitest";
import type { PortHandler } from "../../src/pc/board.js";
import { Ports } from "../../src/pc/ports.js";

/** Notes every access, and reads the low byte of the port's number. */
function recorder(wide?: true) {
  const log: string[] = [];
  const handler: PortHandler = {
    ...(wide ? { wide } : {}),
    read(port, size) {
      log.push(`in ${port.toString(16)} ${size}`);
      return size === 1 ? port & 0xff : 0x12345678;
    },
    write(port, size, value) {
      log.push(`out ${port.toString(16)} ${size} ${value.toString(16)}`);
    },
  };
  return { log, handler };
}

test("a port without a device reads as ones and ignores writes", () => {
  const ports = new Ports();
  expect(ports.read(0x80, 1)).toBe(0xff);
  expect(ports.read(0x80, 2)).toBe(0xffff);
  expect(ports.read(0x80, 4)).toBe(0xffffffff);
  expect(() => ports.write(0x80, 4, 1)).not.toThrow();
});

test("a second claim of a port is refused, naming both devices", () => {
  const ports = new Ports();
  ports.claim("one", 0x10, 4, recorder().handler);
  expect(() => ports.claim("two", 0x13, 1, recorder().handler)).toThrow("port 0x13 is wanted by two and by one");
});

test("wide accesses reach byte-wide devices a byte at a time, the low byte first", () => {
  const ports = new Ports();
  const { log, handler } = recorder();
  ports.claim("device", 0x10, 4, handler);
  expect(ports.read(0x10, 4)).toBe(0x13121110);
  ports.write(0x12, 2, 0xabcd);
  expect(log).toEqual(["in 10 1", "in 11 1", "in 12 1", "in 13 1", "out 12 1 cd", "out 13 1 ab"]);
});

test("a wide access may reach several devices, and none", () => {
  const ports = new Ports();
  ports.claim("one", 0x10, 1, recorder().handler);
  ports.claim("two", 0x11, 1, recorder(true).handler);
  expect(ports.read(0x10, 4)).toBe(0xffff1110);
});

test("a wide handler gets accesses within its range in one piece", () => {
  const ports = new Ports();
  const { log, handler } = recorder(true);
  ports.claim("device", 0x10, 4, handler);
  expect(ports.read(0x10, 4)).toBe(0x12345678);
  expect(ports.read(0x12, 2)).toBe(0x5678);
  ports.write(0x10, 4, -1);
  ports.write(0x13, 2, 0x1122);
  expect(log).toEqual(["in 10 4", "in 12 2", "out 10 4 ffffffff", "out 13 1 22"]);
});

test("accesses at the end of the port space wrap", () => {
  const ports = new Ports();
  ports.claim("device", 0, 1, recorder().handler);
  expect(ports.read(0xffff, 2)).toBe(0x00ff);
});
