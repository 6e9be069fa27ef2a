/* Virtual-8086 mode under a monitor that does for it what IOPL 0 forbids. */
#include "rom.inc"

        .set    COUNTS, SCRATCH + 32    /* what the monitor has done: int, iret, cli, sti, pushf, popf */

        .text
        .code32
        .globl  virtual, monitor
virtual:
        POST    5
        movl    $COUNTS, %edi
        movl    $6, %ecx
        xorl    %eax, %eax
        rep stosl
        movl    $STACK_TSS, %esp
        pushl   $0x1111                 /* gs fs ds es */
        pushl   $0x2222
        pushl   $0
        pushl   $0
        pushl   $0
        pushl   $REAL_STACK
        pushl   $0x20202                /* VM, IF, IOPL 0 */
        pushl   $0xf000
        pushl   $task16
        iret

        .code16
task16: SAY16   "v86: cs "
        movw    %cs, %ax
        calll   word16
        SAY16   ", fs "
        movw    %fs, %ax
        calll   word16
        SAY16   ", msw's pe "
        smsww   %ax
        andw    $1, %ax
        calll   word16
        SAY16   "\nv86: a byte at 2000:0010 read at 2001:0000 is "
        movw    $0x2001, %ax
        movw    %ax, %es
        movb    $0x5b, %es:0
        movw    $0x2000, %ax
        movw    %ax, %es
        movzbw  %es:0x10, %ax
        calll   word16
        SAY16   "\nv86: int 40 pushes flags "
        int     $0x40
        cli
        sti
        pushfw
        popw    %ax
        SAY16   "v86: pushf shows iopl "
        andw    $0x3000, %ax
        calll   word16
        SAY16   "\n"
        ATTEMPT16 "v86: mov cr0", movl %cr0, %eax
        ATTEMPT16 "v86: lgdt", lgdtl SCRATCH
        ATTEMPT16 "v86: clts", clts
        ATTEMPT16 "v86: str", str %ax
        ATTEMPT16 "v86: arpl", arpl %ax, %bx
        ATTEMPT16 "v86: lar", larw %ax, %bx
        ATTEMPT16 "v86: in from a port that the bitmap refuses", inb $0x61, %al
        ATTEMPT16 "v86: int3 through a gate of dpl 0", int3
        ATTEMPT16 "v86: word at ds:ffff", movw 0xffff, %ax
        hlt

/*
 * All faults of the task come here, with vector, error code, EIP, CS, EFLAGS, ESP, SS, ES, DS, FS, GS on the stack. What is not ours to
 * do goes on at RESUME, in the task.
 */
        .code32
        .set    V_VECTOR, 32
        .set    V_ERROR, 36
        .set    V_EIP, 40
        .set    V_CS, 44
        .set    V_FLAGS, 48
        .set    V_ESP, 52
        .set    V_SS, 56
monitor:
        pushal
        movl    V_CS(%esp), %eax
        shll    $4, %eax
        addl    V_EIP(%esp), %eax
        movl    V_SS(%esp), %ebx
        shll    $4, %ebx
        addl    V_ESP(%esp), %ebx       /* the task's stack */
        cmpl    $13, V_VECTOR(%esp)
        jne     reflect
        movzbl  1(%eax), %ecx
        movzbl  (%eax), %eax
        cmpb    $0xcd, %al
        je      doInt
        cmpb    $0xcf, %al
        je      doIret
        cmpb    $0xfa, %al
        je      doCli
        cmpb    $0xfb, %al
        je      doSti
        cmpb    $0x9c, %al
        je      doPushf
        cmpb    $0xf4, %al
        je      doHlt
reflect:
        movl    V_VECTOR(%esp), %eax
        movl    %eax, VECTOR
        movl    V_ERROR(%esp), %eax
        movl    %eax, ERROR
        movl    V_EIP(%esp), %eax
        movl    %eax, SAVED_EIP
        movl    RESUME, %eax
        movl    %eax, V_EIP(%esp)
        movl    RESUME_ESP, %eax
        movl    %eax, V_ESP(%esp)
resume: popal
        addl    $8, %esp
        iret
doInt:  incl    COUNTS
        addl    $2, V_EIP(%esp)
        movw    V_FLAGS(%esp), %ax
        movw    %ax, -2(%ebx)
        movw    V_CS(%esp), %ax
        movw    %ax, -4(%ebx)
        movw    V_EIP(%esp), %ax
        movw    %ax, -6(%ebx)
        subl    $6, V_ESP(%esp)
        movzwl  (, %ecx, 4), %eax
        movl    %eax, V_EIP(%esp)
        movzwl  2(, %ecx, 4), %eax
        movl    %eax, V_CS(%esp)
        jmp     resume
doIret: incl    COUNTS + 4
        movzwl  (%ebx), %eax
        movl    %eax, V_EIP(%esp)
        movzwl  2(%ebx), %eax
        movl    %eax, V_CS(%esp)
        movw    4(%ebx), %ax
        andw    $~0x3000, %ax
        movw    %ax, V_FLAGS(%esp)
        addl    $6, V_ESP(%esp)
        jmp     resume
doCli:  incl    COUNTS + 8
        jmp     skip
doSti:  incl    COUNTS + 12
        jmp     skip
doPushf:
        incl    COUNTS + 16
        movw    V_FLAGS(%esp), %ax
        movw    %ax, -2(%ebx)
        subl    $2, V_ESP(%esp)
skip:   incl    V_EIP(%esp)
        jmp     resume
doHlt:
        SAY     "monitor: cpl "
        movl    %cs, %eax
        andl    $3, %eax
        calll   word32
        SAY     ", fs "
        movl    %fs, %eax
        calll   word32
        SAY     ", gs saved "
        movl    V_SS + 16(%esp), %eax
        calll   word32
        SAY     ", vm "
        pushfl
        popl    %eax
        shrl    $17, %eax
        andl    $1, %eax
        calll   word32
        SAY     ", int iret cli sti pushf"
        movl    $COUNTS, %esi
        movl    $5, %ecx
1:      SAY     " "
        movl    (%esi), %eax
        calll   word32
        addl    $4, %esi
        decl    %ecx
        jnz     1b
        SAY     "\n"
        jmp     tasks
