/** A kernel that changes a page-table entry again and again, and tells the TLB only now and then: what it counts depends on what the TLB has. */
import * as k from "../../support/tiny-kernel.js";

const [DIRECTORY, TABLE] = [0x70000, 0x71000];
/** Mapped to one of two frames. */
const WINDOW = 0x400000;
/** Present and writable; the same of a page of 4 MB. */
const [OPEN, LARGE] = [3, 0x83];

const store = (at: number, value: number): k.Piece => [0xc7, 0x05, k.long(at), k.long(value)];
const flat = (access: number): number[] => k.descriptor(access, 0, 0xffffffff);
// mov eax, cr4; or eax, 0x10 (PSE); mov cr4, eax; mov eax, DIRECTORY; mov cr3, eax; mov eax, cr0; or eax, 0x80000000 (PG); mov cr0, eax
const paging: k.Piece = [
  [0x0f, 0x20, 0xe0, 0x83, 0xc8, 0x10, 0x0f, 0x22, 0xe0],
  [k.movEax(k.long(DIRECTORY)), 0x0f, 0x22, 0xd8],
  [0x0f, 0x20, 0xc0, 0x0d, k.long(0x80000000), 0x0f, 0x22, 0xc0],
];

export const staleKernel = (): k.TinyKernel =>
  k.tinyKernel(
    [k.cli, k.lgdt("gdtr"), k.loadData(0x10), k.jumpFar(8, "go")],
    [k.at("go"), store(DIRECTORY, LARGE), store(DIRECTORY + 4, TABLE | OPEN), store(TABLE, 0x300000 | OPEN), paging],
    // xor dword [TABLE], 0x1000; inc dword [WINDOW]; inc ebx; test bl, 0x3f; jnz again; mov eax, cr3; mov cr3, eax; jmp again
    [k.at("again"), 0x81, 0x35, k.long(TABLE), k.long(0x1000), 0xff, 0x05, k.long(WINDOW), 0x43],
    [0xf6, 0xc3, 0x3f, 0x75, 0xea, 0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8, 0xeb, 0xe2],
    [k.at("gdt"), k.long(0), k.long(0), flat(0x9a), flat(0x92)],
    [k.at("gdtr"), k.word(23), "gdt"],
  );
