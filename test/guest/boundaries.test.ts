/**
 * Interrupts between any two instructions. A partition's registers, flags, selectors and all of its memory from the stack pointer upwards
 * are taken down whenever an interrupt enters the kernel, and compared when it goes on from there, whatever was called in between.
 */
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { EAX, ESP } from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { ElfFile } from "../../src/pc/elf.js";
import { Machine } from "../../src/pc/machine.js";
import { findExecutables } from "../../src/pok/embedded.js";
import { images, run } from "./tools.js";

vi.setConfig({ testTimeout: 120_000 });

const IMAGE = `${images}test-clock.elf`;
const PARTITION_SIZE = 0x10000;
const CLOCK = 0;
const CODE = [0x23, 0x33];
const DATA_SEGMENTS = [SEGMENT.DS, SEGMENT.ES, SEGMENT.FS, SEGMENT.GS];

const part = findExecutables(new Uint8Array(readFileSync(IMAGE)).subarray(1))[0]!;
const symbol = (name: string) => part.symbols.find((s) => s.name === name)!;

/** Where the instructions of the loop that looks after its registers begin. */
function boundaries(): number[] {
  const { value, size } = symbol("registers_survive");
  const bytes = part.bytes;
  const file = new ElfFile(bytes, "part1");
  const text = file.segments.find((s) => s.vaddr <= value && value < s.vaddr + s.filesz)!;
  const code = Buffer.from(file.contents(text).subarray(value - text.vaddr, value - text.vaddr + size));
  const script = `f=$(mktemp) && cat >"$f" && objdump -D -b binary -m i386 --adjust-vma=${value} "$f"; rm "$f"`;
  const { stdout } = run("sh", ["-c", `echo ${code.toString("base64")} | base64 -d | { ${script}; }`]);
  const all = [...stdout.matchAll(/^ +([0-9a-f]+):\t(?:[0-9a-f]{2} )+ *\t(\S+)/gm)].map(
    ([, at, name]) => [Number.parseInt(at!, 16), name] as const,
  );
  // From the loop's first instruction, behind the word that lives on top of the stack, to the jump back.
  const first = all.findIndex(([, name]) => name === "push" || name === "pushl");
  const last = all.findIndex(([, name], n) => n > first && name === "dec") + 1;
  const head = all.findIndex(([, name], n) => n > first && name === "mov" && all[n + 1]![1] === "mov" && all[n + 6]![1] === "std");
  return all.slice(head, last + 1).map(([at]) => at);
}

class Witness {
  readonly machine: Machine;
  readonly hit = [new Set<number>(), new Set<number>()];
  readonly differences: string[] = [];
  forwarded = 0;
  output = "";
  private readonly handler = symbol("on_tick").value;
  /** Taken down at the last entry, and of the code that a handler has interrupted. */
  private readonly left = new Map<number, string>();
  private readonly interrupted = new Map<number, string>();

  constructor(ticks: number) {
    const boot = { kind: "multiboot", path: IMAGE, bytes: new Uint8Array(readFileSync(IMAGE)), commandLine: `iters=${ticks}` } as const;
    const console = (bytes: Uint8Array): void => {
      this.output += Buffer.from(bytes).toString("latin1");
    };
    this.machine = new Machine({ memoryBytes: 16 << 20, ips: 100_000_000, boot, console });
    this.machine.cpu.processor.onRingChange = (from, to, eip) => (from === 3 ? this.enters(eip) : to === 3 && this.leaves());
  }

  private state(eip: number, eflags: number, esp: number, selectors: readonly number[], base: number): string {
    const { processor: p } = this.machine.cpu;
    const general = Array.from({ length: 8 }, (_, n) => (n === 4 ? esp : p.word(EAX + n * 4)) >>> 0);
    const memory = Buffer.from(p.peekLinear(base + esp, PARTITION_SIZE - esp)!).toString("hex");
    return JSON.stringify({ eip, eflags, general, selectors, data: DATA_SEGMENTS.map((n) => p.selector(n)), memory });
  }

  private enters(eip: number): void {
    const { processor: p } = this.machine.cpu;
    const code = p.selector(SEGMENT.CS);
    const base = p.segment(SEGMENT.CS).base;
    const before = p.peekLinear(base + eip - 2, 2)!;
    if (before[0] === 0xcd) this.left.delete(code);
    else this.left.set(code, this.state(eip, p.flags, p.word(ESP) >>> 0, [code, p.selector(SEGMENT.SS)], base));
  }

  private leaves(): void {
    const { processor: p } = this.machine.cpu;
    const frame = Buffer.from(p.peekLinear(p.word(ESP) >>> 0, 20)!);
    const [eip, code, eflags, esp, stack] = [0, 4, 8, 12, 16].map((at) => frame.readUInt32LE(at)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const left = this.left.get(code);
    this.left.delete(code);
    // What was interrupted at the handler's own first instruction goes on there with the stack pointer it had.
    if (eip === this.handler && (left === undefined || JSON.parse(left).general[4] !== esp)) {
      this.forwarded++;
      if (left === undefined) return;
      this.hit[CODE.indexOf(code)]!.add(JSON.parse(left).eip);
      this.interrupted.set(code, left);
      return;
    }
    const expected = left ?? this.interrupted.get(code);
    if (left === undefined) this.interrupted.delete(code);
    if (expected === undefined) return;
    const found = this.state(eip, eflags, esp, [code, stack], this.baseOf(code));
    if (found !== expected) this.differences.push(`${expected} became ${found}`);
  }

  private baseOf(code: number): number {
    const bytes = Buffer.from(this.machine.cpu.processor.peekLinear(this.gdt + (code & ~7), 8)!);
    return (bytes.readUInt32LE(2) & 0xffffff) | (bytes[7]! << 24);
  }
  private get gdt(): number {
    return this.kernel.symbols.find((s) => s.name === "pok_gdt")!.value;
  }
  private readonly kernel = new ElfFile(new Uint8Array(readFileSync(IMAGE)), "kernel");
}

test("interrupts at every instruction boundary of a loop, in both partitions, change nothing", () => {
  const ticks = 6000;
  const witness = new Witness(ticks);
  const { machine } = witness;
  // The distance changes by one instruction from one to the next, so that they come between all instructions in turn.
  let exit = machine.run(0);
  for (let n = 0; exit.kind === "budget"; n++) {
    exit = machine.run(2000 + (n % 101));
    machine.pic.set(CLOCK, false);
    machine.pic.set(CLOCK, true);
  }
  expect(exit.kind).toBe("power");
  expect(witness.differences).toEqual([]);
  expect(witness.forwarded).toBeGreaterThan(ticks / 2);
  const all = boundaries();
  expect(all.length).toBeGreaterThan(40);
  for (const hit of witness.hit) expect(all.filter((at) => !hit.has(at)).map((at) => at.toString(16))).toEqual([]);
  expect(witness.output.match(/registers intact, calls well-formed/g)).toHaveLength(2);
  expect(witness.output.match(/ticks lost 0, handed over as counted/g)).toHaveLength(2);
});
