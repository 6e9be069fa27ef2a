/** A failing case made small, and written out as a program that shows on any x86 Linux what the processor does. */
import { type Case, CODE, DATA, LDT_ENTRIES, WINDOW } from "./native.js";

const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;

/** Smaller cases that may still fail: without an instruction, without a patch, with a register cleared. */
function* simpler(c: Case): Iterable<Case> {
  // What earlier instructions leave undefined stays out of the comparison.
  const undefinedFlags = c.everUndefined;
  for (let n = c.parts.length - 1; n >= 0 && c.parts.length > 1; n--) {
    const parts = c.parts.filter((_, m) => m !== n);
    const forms = c.forms.filter((_, m) => m !== n);
    const name = forms.map((f) => f.definition.name).join(", ");
    yield { ...c, name, forms, parts, code: parts.flat(), undefinedFlags };
  }
  for (let n = 0; n < c.patches.length; n++) yield { ...c, patches: c.patches.filter((_, m) => m !== n) };
  for (let n = 0; n < 8; n++) if (c.regs[n] !== 0 && n !== 4) yield { ...c, regs: c.regs.map((r, m) => (m === n ? 0 : r)) };
}

/** The smallest case found that still fails. */
export function shrink(c: Case, fails: (c: Case) => boolean): Case {
  for (const candidate of simpler(c)) if (fails(candidate)) return shrink(candidate, fails);
  return c;
}

/** Assembly for `gcc -m32`: sets up the segments and memory of a case and enters it; the signal that ends it shows its outcome. */
export function asProgram(c: Case, differences: readonly string[]): string {
  const { cs, ss, ds, es, fs, gs } = c.segments;
  const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = c.regs.map(hex);
  const entries = LDT_ENTRIES.map((d, n) => {
    const flags = (d.wide ? 1 : 0) | (d.contents << 1) | (d.restricted ? 8 : 0) | (d.pages ? 16 : 0) | (d.absent ? 32 : 0);
    return `        .long ${n}, ${hex(d.base)}, ${hex(d.limit)}, ${hex(flags)}`;
  });
  return `# ${c.name}
# gcc -m32 -nostdlib -static -no-pie -o case case.S && ./case | od -An -w4 -tx4
# prints gs fs es ds edi esi ebp esp ebx edx ecx eax, trap number, error code, eip cs eflags, esp, ss as the kernel saved them.
${differences.map((d) => `#   ${d}`).join("\n")}
        .globl  _start
_start: mov     $90, %eax                       # mmap: code and data
        mov     $map, %ebx
        int     $0x80
        mov     $186, %eax                      # sigaltstack
        mov     $stack_t, %ebx
        xor     %ecx, %ecx
        int     $0x80
        mov     $signals, %ebp
1:      mov     $174, %eax                      # rt_sigaction
        movzbl  (%ebp), %ebx
        mov     $action, %ecx
        xor     %edx, %edx
        mov     $8, %esi
        int     $0x80
        inc     %ebp
        cmp     $signals_end, %ebp
        jb      1b
        mov     $ldt, %ecx
1:      mov     $123, %eax                      # modify_ldt
        mov     $0x11, %ebx
        mov     $16, %edx
        int     $0x80
        add     $16, %ecx
        cmp     $ldt_end, %ecx
        jb      1b
        mov     $${hex(DATA)}, %edi             # memory: a pattern, and what the case needs
        mov     $0x9e3779b1, %eax
1:      stosl
        add     $0x9e3779b1, %eax
        cmp     $${hex(DATA + WINDOW)}, %edi
        jb      1b
${c.patches.map(([at, value]) => `        movl    $${hex(value)}, ${hex(DATA + at)}`).join("\n")}
        mov     $${hex(CODE)}, %edi             # code: int3 everywhere else
        mov     $0xcc, %al
        mov     $${hex(WINDOW)}, %ecx
        rep     stosb
        mov     $code, %esi
        mov     $${hex(CODE + c.at)}, %edi
        mov     $code_end - code, %ecx
        rep     movsb
        push    $${hex(c.flags)}
        popf
        mov     $${hex(es)}, %eax
        mov     %eax, %es
        mov     $${hex(fs)}, %eax
        mov     %eax, %fs
        mov     $${hex(gs)}, %eax
        mov     %eax, %gs
        mov     $${eax}, %eax
        mov     $${ecx}, %ecx
        mov     $${edx}, %edx
        mov     $${ebx}, %ebx
        mov     $${ebp}, %ebp
        mov     $${esi}, %esi
        mov     $${edi}, %edi
        lss     stack, %esp
        mov     data, %ds
        ljmp    *%cs:target

handler:                                        # write: the 32-bit signal frame's context
        mov     12(%esp), %ecx
        add     $20, %ecx
        mov     $1, %ebx
        mov     $76, %edx
        mov     $4, %eax
        int     $0x80
        mov     $1, %eax                        # exit
        xor     %ebx, %ebx
        int     $0x80
        .data
stack_t: .long  signal_stack, 0, 8192
action: .long   handler, 0x48000004, 0, 0, 0    # SA_SIGINFO, SA_ONSTACK, SA_NODEFER
signals: .byte  4, 5, 7, 8, 11
signals_end:
        .lcomm  signal_stack, 8192
map:    .long   ${hex(CODE)}, 0x40000, 7, 0x32, -1, 0
ldt:
${entries.join("\n")}
ldt_end:
stack:  .long   ${esp}, ${hex(ss)}
data:   .long   ${hex(ds)}
target: .long   ${hex(c.at)}, ${hex(cs)}
code:   .byte   ${c.code.map(hex).join(", ")}
code_end:
        .section .note.GNU-stack, "", @progbits
`;
}
