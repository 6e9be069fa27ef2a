/** A kernel that counts in ring 0, interruptible, with a timer's interrupt every 840 instructions or so. */
import * as k from "../../support/tiny-kernel.js";

export const COUNTER = 0x9000;
export const TICKS = 0x9004;
const TIMER_VECTOR = 0x20;
const DIVISOR = 100;

const out = (port: number, value: number): k.Piece => [k.movAl(value), k.outAlTo(port)];
const controllers: k.Piece = [out(0x20, 0x11), out(0x21, TIMER_VECTOR), out(0x21, 4), out(0x21, 1), out(0x21, 0xfe)];
const timer: k.Piece = [out(0x43, 0x34), out(0x40, DIVISOR), out(0x40, 0)];
const flat = (access: number): number[] => k.descriptor(access, 0, 0xffffffff);

const assemble = (handler: number): k.TinyKernel =>
  k.tinyKernel(
    [k.cli, k.lgdt("gdtr"), k.loadData(0x10), k.jumpFar(8, "go")],
    [k.at("go"), k.movEsp(k.long(0x90000)), k.lidt("idtr"), controllers, timer, k.sti],
    // inc eax; mov [COUNTER], eax; jmp again
    [k.at("again"), 0x40, 0xa3, k.long(COUNTER), 0xeb, 0xf8],
    // push eax; inc dword [TICKS]; end of interrupt; pop eax
    [k.at("handler"), 0x50, 0xff, 0x05, k.long(TICKS), out(0x20, 0x20), 0x58, k.iret],
    [k.at("gdt"), k.long(0), k.long(0), flat(0x9a), flat(0x92)],
    [k.at("idt"), new Array(8 * TIMER_VECTOR).fill(0), k.interruptGate(8, handler)],
    [k.at("gdtr"), k.word(23), "gdt", k.at("idtr"), k.word(8 * TIMER_VECTOR + 7), "idt"],
  );

export const busyKernel = (): k.TinyKernel => assemble(assemble(0).labels.get("handler")!);
