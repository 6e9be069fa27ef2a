/** x87 operands in memory, and the environment and state images of fstenv and fsave (SDM volume 1, 8.1.10). */
import type { Instruction } from "../instruction.js";
import * as L from "../layout.js";
import { plainPlace } from "../plain.js";
import type { Processor } from "../processor.js";

/** Little-endian bytes at the instruction's memory operand, displaced. */
export function readBytes(cpu: Processor, i: Instruction, length: number, displacement = 0): Uint8Array {
  const out = new Uint8Array(length);
  const at = i.effectiveAddress() + displacement;
  const mask = i.shape.address === "word" ? 0xffff : 0xffffffff;
  const place = at + length > mask ? -1 : plainPlace(cpu, i.segment, at, length, "read");
  if (place >= 0) {
    out.set(cpu.u8.subarray(place, place + length));
    return out;
  }
  for (let n = 0; n < length; n += 2) {
    const word = cpu.read(i.segment, ((at + n) & mask) >>> 0, 2);
    out[n] = word;
    out[n + 1] = word >> 8;
  }
  return out;
}
/** All or nothing: every byte is checked before the first is written. */
export function writeBytes(cpu: Processor, i: Instruction, bytes: Uint8Array, displacement = 0): void {
  const at = i.effectiveAddress() + displacement;
  const mask = i.shape.address === "word" ? 0xffff : 0xffffffff;
  const place = at + bytes.length > mask ? -1 : plainPlace(cpu, i.segment, at, bytes.length, "write");
  if (place >= 0) {
    cpu.u8.set(bytes, place);
    return;
  }
  for (let n = 0; n < bytes.length; n += 2) cpu.probeWrite(i.segment, ((at + n) & mask) >>> 0, 2);
  for (let n = 0; n < bytes.length; n += 2) cpu.write(i.segment, ((at + n) & mask) >>> 0, 2, bytes[n]! | (bytes[n + 1]! << 8));
}
export function readBits(cpu: Processor, i: Instruction, bytes: 2 | 4 | 8): bigint {
  const view = new DataView(readBytes(cpu, i, bytes).buffer);
  return bytes === 2 ? BigInt(view.getUint16(0, true)) : bytes === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
}
export function writeBits(cpu: Processor, i: Instruction, bytes: 2 | 4 | 8, value: bigint): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  writeBytes(cpu, i, new Uint8Array(view.buffer, 0, bytes));
}

/** Protected mode keeps selectors, real and virtual-8086 mode linear addresses of 20 bits or 32. */
export function environmentImage(cpu: Processor, size: 2 | 4): Uint8Array {
  const { x87 } = cpu;
  const out = new Uint8Array(size * 7);
  const view = new DataView(out.buffer);
  const put = (n: number, value: number): void =>
    size === 4 ? view.setUint32(n * 4, value >>> 0, true) : view.setUint16(n * 2, value & 0xffff, true);
  const upper = size === 4 ? 0xffff0000 : 0;
  put(0, x87.control | upper);
  put(1, x87.status | upper);
  put(2, x87.tags | upper);
  const [ip, cs, dp, ds, opcode] = [L.FPU_IP, L.FPU_CS, L.FPU_DP, L.FPU_DS, L.FPU_OPCODE].map((at) => cpu.word(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (cpu.protectedMode) {
    put(3, ip);
    put(4, size === 4 ? cs | (opcode << 16) : cs);
    put(5, dp);
    put(6, ds | upper);
  } else {
    const [code, data] = [ip + cs * 16, dp + ds * 16];
    put(3, (code & 0xffff) | upper);
    put(4, size === 4 ? ((code >>> 16) << 12) | opcode : ((code >>> 16) << 12) | opcode);
    put(5, (data & 0xffff) | upper);
    put(6, (data >>> 16) << 12);
  }
  return out;
}

export function loadEnvironment(cpu: Processor, bytes: Uint8Array, size: 2 | 4): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const get = (n: number): number => (size === 4 ? view.getUint32(n * 4, true) : view.getUint16(n * 2, true));
  const { x87 } = cpu;
  x87.control = get(0);
  x87.tags = get(2);
  x87.restoreStatus(get(1) & 0xffff);
  if (cpu.protectedMode) {
    cpu.setWord(L.FPU_IP, get(3));
    cpu.setWord(L.FPU_CS, get(4) & 0xffff);
    if (size === 4) cpu.setWord(L.FPU_OPCODE, (get(4) >>> 16) & 0x7ff);
    cpu.setWord(L.FPU_DP, get(5));
    cpu.setWord(L.FPU_DS, get(6) & 0xffff);
    return;
  }
  cpu.setWord(L.FPU_IP, (get(3) & 0xffff) | ((get(4) >>> 12) << 16));
  cpu.setWord(L.FPU_CS, 0);
  cpu.setWord(L.FPU_OPCODE, get(4) & 0x7ff);
  cpu.setWord(L.FPU_DP, (get(5) & 0xffff) | ((get(6) >>> 12) << 16));
  cpu.setWord(L.FPU_DS, 0);
}

/** The registers as fsave has them: ST(0) first, ten bytes each. */
export function registersImage(cpu: Processor): Uint8Array {
  const out = new Uint8Array(80);
  cpu.x87.eachByte((at, n) => {
    out[n] = cpu.u8[at]!;
  });
  return out;
}
/** Puts the registers back; their tags are the environment's. */
export function loadRegisters(cpu: Processor, bytes: Uint8Array): void {
  cpu.x87.eachByte((at, n) => {
    cpu.u8[at] = bytes[n]!;
  });
}
