/** A machine in a file: processor, devices, clock and memory, with a hash of it all. */
import { deflateSync, inflateSync } from "node:zlib";
import { physical } from "../../cpu386/address.js";
import type { CpuState } from "../../cpu386/cpu.js";
import { RAM } from "../../cpu386/layout.js";
import { UserError } from "../../errors.js";
import { PAGE_BYTES } from "../../pc/changed-pages.js";
import type { Machine, MachineState } from "../../pc/machine.js";
import { stateHash } from "../../pc/state-hash.js";
import type { PlainThreads } from "../threads.js";
import { type Chunk, chunk, chunksOf, header, jsonChunk, jsonOf } from "./container.js";
import { mustMatch, type Setup } from "./setup.js";

/** Tags: what the machine is made of; its state but for memory; what a debugger knows of its threads; pages, compressed; the hash. */
const TAG = { setup: "SETU", state: "STAT", threads: "THRE", pages: "PAGE", end: "END " } as const;
const PAGES_IN_CHUNK = 256;
const ZEROS = new Uint8Array(PAGE_BYTES);

export const plainCpu = ({ words, tlb, ...rest }: CpuState) => ({
  ...rest,
  words: Buffer.from(words).toString("base64"),
  tlb: { ...tlb, pages: [...tlb.pages] },
});
export const readCpu = ({ words, tlb, ...rest }: ReturnType<typeof plainCpu>): CpuState => ({
  ...rest,
  words: new Uint8Array(Buffer.from(words, "base64")),
  tlb: { ...tlb, pages: Int32Array.from(tlb.pages) },
});

export function saveMachine(machine: Machine, setup: Setup, threads: PlainThreads): Buffer {
  const { cpu, ...board } = machine.save();
  const state = { ...board, cpu: plainCpu(cpu) };
  const parts = [header("snap"), jsonChunk(TAG.setup, setup), jsonChunk(TAG.state, state), jsonChunk(TAG.threads, threads)];
  const numbers = pagesInUse(machine);
  for (let n = 0; n < numbers.length; n += PAGES_IN_CHUNK) parts.push(pagesChunk(machine, numbers.slice(n, n + PAGES_IN_CHUNK)));
  return Buffer.concat([...parts, jsonChunk(TAG.end, { hash: stateHash(machine) })]);
}

const pageOf = ({ cpu }: Machine, page: number): Uint8Array => {
  const at = RAM + page * PAGE_BYTES;
  return cpu.processor.u8.subarray(at, at + PAGE_BYTES);
};
const pageCount = ({ cpu }: Machine): number => cpu.processor.memory.size / PAGE_BYTES;
const pagesInUse = (machine: Machine): number[] =>
  Array.from({ length: pageCount(machine) }, (_, page) => page).filter((page) => Buffer.compare(pageOf(machine, page), ZEROS) !== 0);

function pagesChunk(machine: Machine, pages: readonly number[]): Buffer {
  const numbers = Buffer.from(Uint32Array.from(pages).buffer);
  const count = Buffer.alloc(4);
  count.writeUInt32LE(pages.length);
  return chunk(TAG.pages, deflateSync(Buffer.concat([count, numbers, ...pages.map((page) => pageOf(machine, page))])));
}

/**
 * Puts a machine that has just been made into a saved one's state. Whatever is wrong is found before anything changes, but for a hash that
 * does not fit.
 * @returns what was known of its threads
 * @throws UserError naming the file
 */
export function loadMachine(path: string, file: Uint8Array, machine: Machine, setup: Setup): PlainThreads {
  const { chunks, whole } = chunksOf(path, file, "snap");
  const find = (tag: string): Chunk => {
    const found = chunks.find((each) => each.tag === tag);
    if (!found || !whole) throw new UserError(`${path}: is cut off`);
    return found;
  };
  const { hash } = jsonOf<{ hash: string }>(path, find(TAG.end));
  // What the guest was told at its start is in its memory: wherever its image is now, only the contents have to be the same.
  mustMatch(path, { ...jsonOf<Setup>(path, find(TAG.setup)), image: setup.image }, setup);
  const { cpu, ...board } = jsonOf<Omit<MachineState, "cpu"> & { cpu: ReturnType<typeof plainCpu> }>(path, find(TAG.state));
  const threads = jsonOf<PlainThreads>(path, find(TAG.threads));
  const pages = chunks.filter(({ tag }) => tag === TAG.pages).flatMap(readPages);
  clear(machine);
  for (const { page, bytes } of pages) machine.cpu.processor.memory.poke(physical(page * PAGE_BYTES), bytes);
  machine.load({ ...board, cpu: readCpu(cpu) });
  if (stateHash(machine) !== hash) throw new UserError(`${path}: does not give the state that was saved`);
  return threads;
}

function clear(machine: Machine): void {
  for (const page of pagesInUse(machine)) machine.cpu.processor.memory.poke(physical(page * PAGE_BYTES), ZEROS);
}

function readPages({ contents }: Chunk): { page: number; bytes: Uint8Array }[] {
  const bytes = inflateSync(contents);
  const count = bytes.readUInt32LE(0);
  const start = 4 + 4 * count;
  return Array.from({ length: count }, (_, n) => ({
    page: bytes.readUInt32LE(4 + 4 * n),
    bytes: bytes.subarray(start + n * PAGE_BYTES, start + (n + 1) * PAGE_BYTES),
  }));
}
