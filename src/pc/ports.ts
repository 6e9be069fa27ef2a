/** The I/O address space, and who answers where. */
import type { Size } from "../cpu386/bus.js";
import type { PortHandler, PortRegistry } from "./board.js";

const PORTS = 0x10000;

interface Claim {
  readonly device: string;
  readonly first: number;
  readonly end: number;
  readonly handler: PortHandler;
}

/**
 * Devices are a byte wide, as on the ISA bus: a 16- or 32-bit access is carried out as accesses to consecutive ports, the low byte
 * first, and may reach several devices. A handler that is `wide` gets those that lie within its range in one piece.
 */
export class Ports implements PortRegistry {
  private readonly claims = new Array<Claim | undefined>(PORTS);

  claim(device: string, first: number, count: number, handler: PortHandler): void {
    if (first < 0 || count < 1 || first + count > PORTS) throw new RangeError(`${device}: no such ports: ${first}, ${count} of them`);
    for (let port = first; port < first + count; port++) {
      const taken = this.claims[port];
      if (taken) throw new Error(`port 0x${port.toString(16)} is wanted by ${device} and by ${taken.device}`);
    }
    this.claims.fill({ device, first, end: first + count, handler }, first, first + count);
  }

  /** Who answers where, in order. */
  ranges(): { readonly device: string; readonly first: number; readonly end: number }[] {
    return [...new Set(this.claims)].filter((claim) => claim !== undefined).sort((a, b) => a.first - b.first);
  }

  read(port: number, size: Size): number {
    const whole = this.inOnePiece(port, size);
    if (whole) return (whole.read(port, size) & mask(size)) >>> 0;
    let value = 0;
    for (let n = 0; n < size; n++) value |= this.readByte((port + n) % PORTS) << (8 * n);
    return value >>> 0;
  }

  write(port: number, size: Size, value: number): void {
    const whole = this.inOnePiece(port, size);
    if (whole) {
      whole.write(port, size, (value & mask(size)) >>> 0);
      return;
    }
    for (let n = 0; n < size; n++) {
      const at = (port + n) % PORTS;
      this.claims[at]?.handler.write(at, 1, (value >>> (8 * n)) & 0xff);
    }
  }

  private readByte(port: number): number {
    const claim = this.claims[port];
    return claim ? claim.handler.read(port, 1) & 0xff : 0xff;
  }

  private inOnePiece(port: number, size: Size): PortHandler | undefined {
    const claim = this.claims[port];
    if (claim === undefined || port + size > claim.end) return undefined;
    return size === 1 || claim.handler.wide ? claim.handler : undefined;
  }
}

function mask(size: Size): number {
  return size === 4 ? 0xffffffff : (1 << (8 * size)) - 1;
}
