/** A processor that runs random programs, and tells where another one's state differs. */
import { linear, physical } from "../../../src/cpu386/address.js";
import type { RunExit, Tiers } from "../../../src/cpu386/cpu.js";
import * as L from "../../../src/cpu386/layout.js";
import { writeCr0 } from "../../../src/cpu386/operations/system.js";
import type { Predicate } from "../../../src/cpu386/predicate.js";
import { install, SEGMENT } from "../../../src/cpu386/segment.js";
import { little } from "../machine.js";
import { EmulatedRunner } from "../oracle/emulated.js";
import { type Case, CODE, DATA, WINDOW } from "../oracle/native.js";
import * as K from "./kernel.js";
import type { Condition, Event, Program } from "./program.js";

const RAM = 1 << 21;
/** Present, writable, user. Accessed and dirty bits are part of what is compared. */
const OPEN = 0x07;
const READ_ONLY = 0x05;
/** Stops at one slice's breakpoints and watchpoints, after which it goes on without looking for more. */
const MOST_STOPS = 40;

/** RAM that programs may have changed and that the next one finds as it was: kernel, code, page tables. The data window besides. */
const KEPT: readonly (readonly [number, number])[] = [
  [K.KERNEL_START, K.KERNEL_END],
  [CODE, CODE + WINDOW],
  [K.DIRECTORY, K.DIRECTORY + 0x2000],
];

/** Maps RAM to itself, but the data's pages in another order, one of them read-only and one not present. */
function pageTables(): number[] {
  const directory = [...little((K.DIRECTORY + 0x1000) | OPEN, 4), ...new Array<number>(0xffc).fill(0)];
  const [first, pages] = [DATA >>> 12, WINDOW >>> 12];
  const table = Array.from({ length: 1024 }, (_, page) => {
    if (page >= RAM >>> 12) return 0;
    const n = page - first;
    const to = n >= 0 && n < pages ? first + ((n * 5 + 3) % pages) : page;
    return (to << 12) | (n === 7 ? READ_ONLY : n === 11 ? 0 : OPEN);
  });
  return [...directory, ...table.flatMap((entry) => little(entry, 4))];
}

export class SequenceMachine {
  private readonly runner: EmulatedRunner;
  private program: Program | undefined;
  private patched: number[] = [];
  private readonly pristine: readonly Uint8Array[];
  private waiting = 0;
  /** Linear addresses with breakpoints, and their conditions. */
  private readonly breakpoints = new Map<number, Condition | undefined>();

  constructor(
    tiers: Tiers,
    private readonly paging: boolean,
  ) {
    this.runner = new EmulatedRunner(tiers);
    const { processor: p } = this.cpu;
    for (const [at, bytes] of K.kernel()) this.poke(at, bytes);
    for (const [selector, [low, high]] of K.KERNEL_SEGMENTS) this.poke(0x9000 + selector, [...little(low, 4), ...little(high, 4)]);
    p.setWord(L.IDTR_BASE, K.IDT);
    p.setWord(L.IDTR_LIMIT, 0x7ff);
    install(p, SEGMENT.TR, { selector: K.TSS_SELECTOR, base: K.TSS, limit: K.TSS_LIMIT, attributes: 0x8b00 });
    this.poke(K.DIRECTORY, pageTables());
    this.pristine = KEPT.map(([start, end]) => this.ram(start, end).slice());
    const waiting = (): boolean => this.waiting > 0;
    p.interrupts = {
      get pending() {
        return waiting();
      },
      acknowledge: () => {
        this.waiting--;
        return K.EXTERNAL;
      },
    };
    this.cpu.onBreakpoint = () => this.stops();
  }
  get cpu(): EmulatedRunner["cpu"] {
    return this.runner.cpu;
  }
  private poke(at: number, bytes: ArrayLike<number>): void {
    this.cpu.processor.memory.poke(physical(at), Uint8Array.from(bytes));
  }
  private ram(start: number, end: number): Uint8Array {
    return this.cpu.processor.u8.subarray(L.RAM + start, L.RAM + end);
  }

  /** Everything as the program wants it, up to its first instruction. */
  load(program: Program): void {
    const { processor: p } = this.cpu;
    const { start } = program;
    this.reset();
    this.program = program;
    this.patched = this.runner.start(asCase(program));
    p.setCpl(3);
    const resume = this.resumption();
    const words = [start.at, resume.length, start.segments.cs];
    this.poke(
      K.PROGRAM,
      words.flatMap((n) => little(n, 4)),
    );
    this.poke(
      K.RESUME,
      resume.flatMap((n) => little(n, 2)),
    );
    if (this.paging) {
      p.setWord(L.CR3, K.DIRECTORY);
      writeCr0(p, 0x80000001);
    }
  }
  /** For each byte of the code: where the next instruction begins. */
  private resumption(): number[] {
    let end = 0;
    return this.program!.start.parts.flatMap((part) => {
      end += part.length;
      return part.map(() => end);
    });
  }
  /** Takes the last program out. Descriptors are what they were before segments are loaded through them. */
  private reset(): void {
    const { processor: p, records, watchpoints } = this.cpu;
    writeCr0(p, 1);
    if (this.program) this.runner.end(asCase(this.program), this.patched);
    this.runner.clean();
    for (const [n, [start, end]] of KEPT.entries()) {
      if (Buffer.compare(this.ram(start, end), this.pristine[n]!) !== 0) this.restore(start, end, this.pristine[n]!);
    }
    for (const at of this.breakpoints.keys()) records.clearBreakpoint(at);
    this.breakpoints.clear();
    watchpoints.set([]);
    watchpoints.take();
    this.waiting = 0;
    Object.assign(p, { nmi: false, nmiBlocked: false, taskTrap: false, holdTrap: false });
    p.setWord(L.CR2, 0);
    p.setWord(L.DR6, 0xffff0ff0);
    p.x87.init();
    p.u8.fill(0, L.FPU_REGISTERS, L.FPU_CONTROL);
    for (const at of [L.FPU_IP, L.FPU_CS, L.FPU_DP, L.FPU_DS, L.FPU_OPCODE]) p.setWord(at, 0);
    p.faults.length = 0;
  }
  /** Line by line: code decoded from lines that have not changed stays decoded. */
  private restore(start: number, end: number, old: Uint8Array): void {
    const line = 1 << L.LINE_SHIFT;
    for (let at = start; at < end; at += line) {
      const bytes = old.subarray(at - start, at - start + line);
      if (Buffer.compare(this.ram(at, at + line), bytes) !== 0) this.poke(at, bytes);
    }
  }

  /** @param isHot false: this is the processor to compare with, whose tiers are left alone */
  happen(event: Event, isHot: boolean): void {
    const { processor: p, records, watchpoints } = this.cpu;
    const start = CODE + this.program!.start.at;
    switch (event.kind) {
      case "interrupts":
        this.waiting += event.count;
        break;
      case "nmi":
        p.nmi = true;
        break;
      case "breakpoint": {
        const at = start + event.at;
        if (this.breakpoints.delete(at)) return records.clearBreakpoint(at);
        this.breakpoints.set(at, event.when);
        return records.setBreakpoint(at, event.when && predicate(event.when));
      }
      case "watch": {
        const { offset, length, read } = event;
        return watchpoints.set(length === 0 ? [] : [{ start: DATA + offset, length, read, write: !read }]);
      }
      case "poke":
        return this.poke(start + event.at, [event.value]);
      case "schedule":
        if (isHot) this.cpu.setTiers({ jit: true, schedule: event.schedule });
    }
  }

  /** Whether the breakpoint where we are is a stop: asked by the tiers unless they have found out by its predicate that it is none. */
  private stops(): boolean {
    const { processor: p } = this.cpu;
    const when = this.breakpoints.get(p.segment(SEGMENT.CS).base + p.eip);
    return !when || (p.word(L.GPR + 4 * when.register) & 0xff) < when.below;
  }

  /** Goes to the beginning of a loop, unless a handler is being executed. */
  enter(n: number): void {
    const { processor: p } = this.cpu;
    const { start, loops } = this.program!;
    if (p.cpl === 3) p.setWord(L.EIP, start.at + loops[n]!);
  }

  /** Executes so many instructions. Where it stopped on the way, as counts and reasons. */
  run(count: number): string {
    const { cpu } = this;
    const end = cpu.retired + count;
    let stops = "";
    let passBreakpoint = false;
    for (let n = 0; cpu.retired < end; n++) {
      const exit = cpu.run(end - cpu.retired, { passBreakpoint });
      passBreakpoint = exit.kind === "breakpoint";
      if (exit.kind === "budget") break;
      stops += ` ${exit.kind}@${cpu.retired - end}${detail(exit)}`;
      if (exit.kind === "shutdown" || exit.kind === "halted") break;
      if (n >= MOST_STOPS) this.stopStopping();
    }
    return stops;
  }
  private stopStopping(): void {
    this.cpu.watchpoints.set([]);
    for (const at of this.breakpoints.keys()) this.cpu.records.clearBreakpoint(at);
    this.breakpoints.clear();
  }

  /** What another processor has otherwise than this one; undefined: nothing. Memory aside, but for the page tables. */
  difference(other: SequenceMachine): string | undefined {
    const [a, b] = [this.cpu.processor, other.cpu.processor];
    for (let at = 0; at < L.STATE_END; at += 4) {
      if (a.i32[at >> 2] !== b.i32[at >> 2] && !NOT_COMPARED.has(at))
        return `${place(at)} ${a.word(at).toString(16)} and ${b.word(at).toString(16)}`;
    }
    if (a.flags !== b.flags) return `flags ${a.flags.toString(16)} and ${b.flags.toString(16)}`;
    const [mine, others] = [this, other].map(({ cpu }) =>
      cpu.processor.faults.map((f) => `${f.vector}/${f.errorCode}@${f.eip}#${f.count}`).join(),
    );
    if (mine !== others) return `faults ${mine} and ${others}`;
    if (this.cpu.retired !== other.cpu.retired) return `counts ${this.cpu.retired} and ${other.cpu.retired}`;
    return this.paging ? this.memoryDifference(other, K.DIRECTORY, K.DIRECTORY + 0x2000) : undefined;
  }
  memoryDifference(other: SequenceMachine, start = 0, end = RAM): string | undefined {
    const [a, b] = [this.ram(start, end), other.ram(start, end)];
    if (Buffer.compare(a, b) === 0) return undefined;
    const at = a.findIndex((byte, n) => byte !== b[n]);
    return `memory at ${(start + at).toString(16)}: ${a[at]!.toString(16)} and ${b[at]!.toString(16)}`;
  }
}

const asCase = ({ start }: Program): Case => ({
  ...start,
  code: start.parts.flat(),
  name: "",
  forms: [],
  undefinedFlags: 0,
  everUndefined: 0,
});

const predicate = ({ register: n, below }: Condition): Predicate => ({
  op: "less-unsigned",
  a: { op: "extend", bits: 8, signed: false, of: { op: "register", n } },
  b: { op: "constant", value: BigInt(below) },
});

function detail(exit: RunExit): string {
  if (exit.kind === "watchpoint") return `:${linear(exit.hit.address).toString(16)}/${exit.hit.length}`;
  return exit.kind === "shutdown" ? `:${exit.chain.map((f) => f.vector).join("-")}` : "";
}

/** Flags are compared as flags; a code context's number and where the TLB's tables are is bookkeeping. */
const NOT_COMPARED: ReadonlySet<number> = new Set([...[L.FR, L.FX, L.OA, L.OB, L.CA, L.CB], ...[L.BUDGET, L.CONTEXT, L.CONTEXT_SALT]]);
const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
const place = (at: number): string => NAMES[at >> 2] ?? (at === L.EIP ? "eip" : `state ${at.toString(16)}`);
