/** The whole PC: processor, board and devices, and the loop that lets virtual time pass. */
import { offset, physical } from "../cpu386/address.js";
import { Cpu, type CpuState, type RunExit, type RunOptions } from "../cpu386/cpu.js";
import * as L from "../cpu386/layout.js";
import type { Generation } from "../cpu386/model.js";
import { install, SEGMENT } from "../cpu386/segment.js";
import { UserError } from "../errors.js";

import type { Board, Device, PowerEvent } from "./board.js";
import { VirtualClock } from "./clock.js";
import { Cmos } from "./cmos.js";
import { Diagnostics } from "./diagnostics.js";
import { type FirmwareRequest, loadFirmware } from "./firmware.js";
import { KeyboardController } from "./keyboard-controller.js";
import { type LoadedImage, loadMultiboot, type MultibootRequest } from "./multiboot.js";
import { PicPair } from "./pic-pair.js";
import { Pit8254 } from "./pit8254.js";
import { Ports } from "./ports.js";
import { PowerControl } from "./power.js";
import { Uart16550 } from "./uart16550.js";
import { VgaText } from "./vgatext.js";

export type MachineExit =
  | Exclude<RunExit, { kind: "halted" }>
  | { readonly kind: "power"; readonly event: PowerEvent }
  /** HLT with interrupts enabled and nothing scheduled: only input from outside can go on. */
  | { readonly kind: "asleep" }
  /** HLT with interrupts disabled: nothing can go on. */
  | { readonly kind: "dead" };

export type BootRequest = ({ readonly kind: "multiboot" } & MultibootRequest) | ({ readonly kind: "rom" } & FirmwareRequest);

export interface MachineOptions {
  readonly memoryBytes: number;
  /** Instructions per virtual second. */
  readonly ips: number;
  /** What is in the machine when its power is switched on. */
  readonly boot: BootRequest;
  /** Which processor; a Pentium Pro unless given. */
  readonly generation?: Generation;
  /** Hears every byte the guest sends to COM1. */
  readonly console: (bytes: Uint8Array) => void;
  /** Hears POST codes, with the port they were written to. */
  readonly post?: ((port: number, code: number) => void) | undefined;
  /** Hears what is printed at the parallel port. */
  readonly parallel?: ((byte: number) => void) | undefined;
}

/** The last hlt: instructions retired with it, and the clock's reading then. */
interface Halt {
  readonly retired: number;
  readonly at: number;
}

/** All there is to know of the machine between two runs, RAM aside: plain data, for Machine.load. */
export interface MachineState {
  readonly cpu: CpuState;
  readonly idle: number;
  readonly halt: Halt;
  readonly powerEvent: PowerEvent | undefined;
  readonly nmiWaiting: boolean;
  readonly nmiMasked: boolean;
  /** What each device saved, by its name. */
  readonly devices: Readonly<Record<string, unknown>>;
}

/** Values of registers at a multiboot-1 kernel's entry (Multiboot Specification 0.6.96, 3.2). */
const MULTIBOOT_MAGIC = 0x2badb002;
const FLAT_CODE = { base: 0, limit: 0xffffffff, attributes: 0xc09b00 };
const FLOAT_ERROR_IRQ = 13;
const NO_HALT: Halt = { retired: -1, at: 0 };
const REAL_MODE_DATA = 0x9300;
const FLAT_DATA = { base: 0, limit: 0xffffffff, attributes: 0xc09300 };

export class Machine {
  readonly cpu: Cpu;
  readonly clock: VirtualClock;
  readonly uart: Uart16550;
  readonly keyboard: KeyboardController;
  readonly vga = new VgaText();
  readonly pic = new PicPair();
  readonly ports = new Ports();
  readonly image: LoadedImage;
  /** What the guest prints before this count is heard by nobody: it has printed that before. */
  hushedUntil = 0;
  private readonly devices: readonly Device[];
  /** Instructions a halted processor would have had time for. */
  private idle = 0;
  private powerEvent: PowerEvent | undefined;
  private halt: Halt = NO_HALT;
  private nmiWaiting = false;
  private nmiMasked = false;

  constructor(readonly options: MachineOptions) {
    if (options.memoryBytes > L.MAX_RAM_BYTES) throw new UserError(`--memory: at most ${L.MAX_RAM_BYTES >> 20} MB`);
    this.cpu = new Cpu(options.memoryBytes);
    const { processor } = this.cpu;
    processor.generation = options.generation ?? 686;
    this.clock = new VirtualClock(() => this.now, options.ips);
    this.clock.onEarlier = () => {
      processor.attention = true;
    };
    processor.time = () => this.now;
    const { ports } = this;
    processor.ports = ports;
    processor.interrupts = this.pic;
    this.keyboard = new KeyboardController((open) => processor.setA20(open));
    const { post, parallel } = options;
    this.uart = new Uart16550({ output: (bytes) => this.isHushed || options.console(bytes) });
    const board: Board = {
      memory: processor.memory,
      ports,
      clock: this.clock,
      irq: this.pic,
      power: (event) => {
        this.powerEvent ??= event;
        processor.attention = true;
      },
    };
    processor.onFloatError = () => this.pic.set(FLOAT_ERROR_IRQ, true);
    // The AT's way back: a write to port 0xf0 takes the error line down.
    ports.claim("coprocessor error", 0xf0, 2, { read: () => 0xff, write: () => this.pic.set(FLOAT_ERROR_IRQ, false) });
    this.devices = [
      this.pic,
      new Pit8254(),
      this.uart,
      this.vga,
      new PowerControl(),
      this.keyboard,
      new Cmos(options.memoryBytes, (masked) => {
        this.nmiMasked = masked;
        this.passNmi();
      }),
      new Diagnostics({
        post: (port, code) => this.isHushed || post?.(port, code),
        parallel: (byte) => this.isHushed || parallel?.(byte),
      }),
    ];
    for (const device of this.devices) device.attach(board);
    this.image = this.powerOn();
  }

  /** Virtual time in instructions since power-on, halted time included. */
  get now(): number {
    return this.cpu.retired + this.idle;
  }
  private get isHushed(): boolean {
    return this.now < this.hushedUntil;
  }
  /** Virtual time in seconds. */
  get seconds(): number {
    return this.now / this.options.ips;
  }

  /** A non-maskable interrupt, as a button or a watchdog on the board would raise it; port 0x70 may hold it back. */
  raiseNmi(): void {
    this.nmiWaiting = true;
    this.passNmi();
  }
  private passNmi(): void {
    if (!this.nmiWaiting || this.nmiMasked) return;
    this.nmiWaiting = false;
    this.cpu.processor.nmi = true;
  }

  /** From the power switch to the image's first instruction. */
  restart(): void {
    this.powerOn();
    this.onRestart?.();
  }
  /** All of RAM has changed then, without a write. */
  onRestart: (() => void) | undefined;

  private powerOn(): LoadedImage {
    this.cpu.reset();
    this.idle = 0;
    this.powerEvent = undefined;
    this.halt = NO_HALT;
    this.hushedUntil = 0;
    this.nmiWaiting = this.nmiMasked = false;
    this.clock.clear();
    for (const device of this.devices) device.reset();
    const { boot } = this.options;
    this.cpu.processor.memory.clearRom();
    if (boot.kind === "rom") return this.startFirmware(boot);
    return this.startMultiboot(boot);
  }

  /** The state at a multiboot kernel's entry: protected mode, flat segments (Multiboot Specification, 3.2). */
  private startMultiboot(request: MultibootRequest): LoadedImage {
    const { processor: p } = this.cpu;
    const image = loadMultiboot(request, p.memory);
    p.setWord(L.CR0, 0x11);
    for (const n of [SEGMENT.ES, SEGMENT.SS, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) install(p, n, { selector: 0x10, ...FLAT_DATA });
    install(p, SEGMENT.CS, { selector: 0x08, ...FLAT_CODE });
    install(p, SEGMENT.LDTR, { selector: 0, base: 0, limit: 0, attributes: 0 });
    install(p, SEGMENT.TR, { selector: 0, base: 0, limit: 0, attributes: 0 });
    p.setWord(L.EAX, MULTIBOOT_MAGIC);
    p.setWord(L.EBX, image.info);
    p.setWord(L.EIP, offset(image.entry));
    p.flags = 2;
    return image;
  }

  /** The state after reset (SDM volume 3, table 9-1): real mode, CS based at the end of the address space. */
  private startFirmware(request: FirmwareRequest): LoadedImage {
    const { processor: p } = this.cpu;
    const region = loadFirmware(request, p.memory);
    p.setWord(L.CR0, 0x60000010);
    for (const n of [SEGMENT.ES, SEGMENT.SS, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
      install(p, n, { selector: 0, base: 0, limit: 0xffff, attributes: REAL_MODE_DATA });
    }
    install(p, SEGMENT.CS, { selector: 0xf000, base: 0xffff0000, limit: 0xffff, attributes: REAL_MODE_DATA });
    install(p, SEGMENT.LDTR, { selector: 0, base: 0, limit: 0xffff, attributes: 0 });
    install(p, SEGMENT.TR, { selector: 0, base: 0, limit: 0xffff, attributes: 0 });
    p.setWord(L.GDTR_LIMIT, 0xffff);
    p.setWord(L.IDTR_LIMIT, 0xffff);
    p.setWord(L.EDX, p.model.signature);
    p.setWord(L.EIP, 0xfff0);
    p.flags = 2;
    return { entry: physical(0xfffffff0), info: physical(0), regions: [{ what: request.path, ...region }], elf: undefined };
  }

  /** Runs in the place of this machine by itself: see lock-step.ts. */
  runBy: ((count: number, options: RunOptions) => MachineExit) | undefined;

  /** Runs for at most `count` instructions of virtual time. */
  run(count: number, options: RunOptions = {}): MachineExit {
    return this.runBy ? this.runBy(count, options) : this.runAlone(count, options);
  }
  runAlone(count: number, options: RunOptions = {}): MachineExit {
    const end = this.now + count;
    const recount = (): number => Math.max(0, Math.min(end, this.clock.next() ?? end) - this.now);
    const { interrupts = true } = options;
    let passBreakpoint = options.passBreakpoint === true;
    for (;;) {
      this.clock.fireDue();
      if (this.powerEvent) return { kind: "power", event: this.powerEvent };
      if (this.sleeps?.()) this.cpu.processor.halted = true;
      const exit = this.cpu.run(recount(), { passBreakpoint, interrupts, recount });
      if (exit.kind === "halted") {
        const { retired } = this.cpu;
        if (retired !== this.halt.retired) this.halt = { retired, at: this.now };
        const asleep = this.sleep(end);
        if (asleep) return asleep;
      }
      if (exit.kind === "attention") {
        if (this.powerEvent) return { kind: "power", event: this.powerEvent };
        if (this.leaving) {
          this.leaving = false;
          return exit;
        }
        if (!(this.clock.next() !== undefined && this.clock.next()! <= this.now) && this.attentionOnly) return exit;
      } else if (exit.kind !== "budget" && exit.kind !== "halted") return exit;
      if (this.now >= end) return { kind: "budget" };
      passBreakpoint = false;
    }
  }
  /** Makes run() return once the instruction that is being executed is complete. */
  leave(): void {
    this.leaving = true;
    this.cpu.processor.attention = true;
  }
  private leaving = false;

  /** Set by whoever wants run() to return at an attention, and not only to look at the clock. */
  attentionOnly = false;

  /** Whether what is about to be executed is passed over, until the next interrupt: asked at the beginning and after each attention. */
  sleeps: (() => boolean) | undefined;

  /** HLT: on to the next event. Something to return if there is none to wait for. */
  private sleep(end: number): MachineExit | undefined {
    const enabled = (this.cpu.processor.word(L.EFLAGS) & 0x200) !== 0;
    if (!enabled) return { kind: "dead" };
    const next = this.clock.next();
    if (next === undefined) return { kind: "asleep" };
    const until = Math.min(next, end);
    if (until > this.now) this.idle += until - this.now;
    return undefined;
  }

  /** The count at which the last instruction was begun: before the time that the processor has slept since, if that was a hlt. */
  get lastInstruction(): number {
    return (this.cpu.retired === this.halt.retired ? this.halt.at : this.now) - 1;
  }

  /** Something waits to happen before the next instruction: an alarm that is due, an interrupt that would be taken. */
  get isUnsettled(): boolean {
    const { processor: p } = this.cpu;
    const next = this.clock.next();
    if (next !== undefined && next <= this.now) return true;
    return !p.shadow && ((p.nmi && !p.nmiBlocked) || (this.pic.pending && (p.word(L.EFLAGS) & 0x200) !== 0));
  }

  /** Only between two runs. */
  save(): MachineState {
    const { idle, halt, powerEvent, nmiWaiting, nmiMasked } = this;
    const devices = Object.fromEntries(this.devices.map((device) => [device.name, device.save()]));
    return { cpu: this.cpu.save(), idle, halt, powerEvent, nmiWaiting, nmiMasked, devices };
  }
  /** RAM is the caller's business, before or after. */
  load({ cpu, devices, idle, halt, powerEvent, nmiWaiting, nmiMasked }: MachineState): void {
    this.cpu.load(cpu);
    Object.assign(this, { idle, halt, powerEvent, nmiWaiting, nmiMasked, leaving: false });
    this.clock.clear();
    // Devices may drive their lines while they load; what came of it is in the interrupt controllers' own state, which goes last.
    for (const device of this.devices.toReversed()) device.load(devices[device.name]);
    // The A20 gate may have moved, which empties the TLB.
    this.cpu.processor.paging.load(cpu.tlb);
  }

  /** Console input, as if typed at COM1's other end. */
  type(bytes: Uint8Array): void {
    this.uart.receive(bytes);
  }

  /** A copy of RAM, for looking at. */
  peek(address: number, length: number): Uint8Array | undefined {
    return this.cpu.processor.memory.peek(physical(address), length);
  }
}
