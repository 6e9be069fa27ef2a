/**
 * Trace frames, in the form in which they travel and are saved (GDB manual, "Trace File Format"): blocks one behind the other, each a
 * letter and, little-endian as the target is,
 *   R: the bytes of `g`;   M: address (8), length (2), bytes;   V: number of a trace state variable (4), value (8).
 */
import { concat, littleEndian } from "../bytes.js";
import { GENERAL_PACKET, type RegisterSlot } from "../register-layout.js";

const REGISTERS = "R".charCodeAt(0);
const MEMORY = "M".charCodeAt(0);
const VARIABLE = "V".charCodeAt(0);

/** The most that a memory block's length can say. */
export const MOST_MEMORY = 0xffff;
const REGISTER_BYTES = GENERAL_PACKET.reduce((sum, { bytes }) => sum + bytes, 0);
/** Tracepoint's number (2) and length (4) stand in front of the blocks. */
export const FRAME_HEADER = 6;

export type Block =
  | { readonly kind: "registers"; readonly bytes: Uint8Array }
  | { readonly kind: "memory"; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: "variable"; readonly number: number; readonly value: bigint };

const headed = (letter: number, header: number, fill: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(1 + header);
  bytes[0] = letter;
  fill(new DataView(bytes.buffer, 1));
  return bytes;
};

/** A frame being collected. */
export class FrameBuilder {
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  #add(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#size += piece.length;
    }
  }
  get size(): number {
    return this.#size;
  }

  /** `bytes` are those of `g`. */
  registers(bytes: Uint8Array): void {
    this.#add(Uint8Array.of(REGISTERS), bytes);
  }
  memory(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MOST_MEMORY) {
      const piece = bytes.subarray(at, at + MOST_MEMORY);
      const header = headed(MEMORY, 10, (view) => {
        view.setUint32(0, address + at, true);
        view.setUint16(8, piece.length, true);
      });
      this.#add(header, piece);
    }
  }
  variable(number: number, value: bigint): void {
    this.#add(
      headed(VARIABLE, 12, (view) => {
        view.setUint32(0, number, true);
        view.setBigInt64(4, value, true);
      }),
    );
  }
  finish(): Uint8Array {
    return concat(...this.#pieces);
  }
}

export class TraceFrame {
  #blocks: readonly Block[] | undefined;

  constructor(
    readonly tracepoint: number,
    /** Whose address the tracepoint is, and whose memory was collected. */
    readonly space: number,
    /** Where the thread was: eip, whether registers were collected or not. */
    readonly pc: number,
    readonly data: Uint8Array,
  ) {}

  /** Bytes of the trace buffer. */
  get size(): number {
    return FRAME_HEADER + this.data.length;
  }

  /** In the form of a trace file. */
  get bytes(): Uint8Array {
    const header = new Uint8Array(FRAME_HEADER);
    const view = new DataView(header.buffer);
    view.setUint16(0, this.tracepoint, true);
    view.setUint32(2, this.data.length, true);
    return concat(header, this.data);
  }

  get blocks(): readonly Block[] {
    this.#blocks ??= [...this.#parse()];
    return this.#blocks;
  }

  *#parse(): Generator<Block> {
    const view = new DataView(this.data.buffer, this.data.byteOffset, this.data.byteLength);
    for (let at = 0; at < this.data.length; ) {
      const letter = this.data[at++];
      if (letter === REGISTERS) {
        yield { kind: "registers", bytes: this.data.subarray(at, (at += REGISTER_BYTES)) };
      } else if (letter === MEMORY) {
        const address = view.getUint32(at, true);
        const from = at + 10;
        at = from + view.getUint16(at + 8, true);
        yield { kind: "memory", address, bytes: this.data.subarray(from, at) };
      } else {
        yield { kind: "variable", number: view.getUint32(at, true), value: view.getBigInt64(at + 4, true) };
        at += 12;
      }
    }
  }

  /** A register of `g`; of those undefined that were not collected. Where a frame was collected is known in any case. */
  register(slot: RegisterSlot): Uint8Array | undefined {
    const at = GENERAL_PACKET.indexOf(slot);
    const block = this.blocks.find(({ kind }) => kind === "registers");
    if (block?.kind !== "registers") return slot.name === "eip" ? littleEndian(this.pc, slot.bytes) : undefined;
    if (at < 0) return undefined;
    const from = GENERAL_PACKET.slice(0, at).reduce((sum, { bytes }) => sum + bytes, 0);
    return block.bytes.subarray(from, from + slot.bytes);
  }

  /** Collected bytes from this address on, as many as lie in one block; undefined if that one was not collected. */
  memory(address: number, length: number): Uint8Array | undefined {
    for (const block of this.blocks) {
      if (block.kind !== "memory") continue;
      const from = address - block.address;
      if (from >= 0 && from < block.bytes.length) return block.bytes.subarray(from, from + length);
    }
    return undefined;
  }

  /** The last value collected. */
  variable(number: number): bigint | undefined {
    const found = this.blocks.findLast((block) => block.kind === "variable" && block.number === number);
    return found?.kind === "variable" ? found.value : undefined;
  }
}

/**
 * Memory as a frame has it: what was collected, or a string that says that it was not. Undefined, for memory as it is now, where all of it
 * lies in a range that the client says never changes.
 */
export const frameMemory = (
  frame: TraceFrame,
  space: number,
  address: number,
  length: number,
  readOnly: readonly { readonly start: number; readonly end: number }[],
): Uint8Array | string | undefined => {
  if (frame.space !== space) return `the trace frame is one of process ${frame.space}`;
  const collected = frame.memory(address, length);
  if (collected !== undefined) return collected;
  if (readOnly.some(({ start, end }) => address >= start && address + length <= end)) return undefined;
  return `0x${address.toString(16)} was not collected`;
};
