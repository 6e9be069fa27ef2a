/* From the reset vector through real mode. */
#include "rom.inc"

        .section .reset, "ax"
        .code16
        ljmp    $0xf000, $start

        .text
        .code16
        PRINTERS 16
        REPORT  16

        .globl  start
start:  cli
        movl    %cr0, %ebp
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $REAL_STACK, %esp
        sidtl   SCRATCH
        /* 8 bits, no parity, 1 stop bit, no interrupts. */
        movw    $0x3fb, %dx
        movb    $0x80, %al
        outb    %al, %dx
        movw    $0x3f8, %dx
        movb    $1, %al
        outb    %al, %dx
        incw    %dx
        xorb    %al, %al
        outb    %al, %dx
        movw    $0x3fb, %dx
        movb    $3, %al
        outb    %al, %dx
        movw    $0x3f9, %dx
        xorb    %al, %al
        outb    %al, %dx

        POST    1
        SAY16   "pok386 test ROM\nreal: cr0 after reset "
        movl    %ebp, %eax
        calll   hex16
        SAY16   ", idtr limit "
        movw    SCRATCH, %ax
        calll   word16
        SAY16   "\n"

        /* All vectors to stubs of four bytes. */
        xorw    %di, %di
        movw    $stubs, %ax
1:      stosw
        movw    $0xf000, (%di)
        addw    $2, %di
        addw    $5, %ax
        cmpw    $32 * 4, %di
        jb      1b
        movw    $service, 0x40 * 4
        movw    $0xf000, 0x40 * 4 + 2

        SAY16   "real: a byte at 2000:0010 read at 2001:0000 is "
        movw    $0x2000, %ax
        movw    %ax, %es
        movb    $0x5a, %es:0x10
        movw    $0x2001, %ax
        movw    %ax, %es
        movzbw  %es:0, %ax
        calll   word16
        SAY16   "\nreal: bx+si wraps at 64 KB, found "
        movw    $0x77, %es:4
        movw    $0xfff0, %bx
        movw    $0x14, %si
        movw    %es:(%bx, %si), %ax
        calll   word16

        SAY16   "\nreal: 7fff + 1, flags "
        movw    $0x7fff, %ax
        addw    $1, %ax
        call    showFlags
        SAY16   "real: 0 - 1, flags "
        xorw    %ax, %ax
        subw    $1, %ax
        call    showFlags
        SAY16   "real: 99 + 1 as bcd "
        movb    $0x99, %al
        addb    $1, %al
        daa
        movzbw  %al, %ax
        calll   word16
        SAY16   "\nreal: 12345678 / 1234 is "
        movl    $0x12345678, %eax
        xorl    %edx, %edx
        movl    $0x1234, %ecx
        divl    %ecx
        calll   hex16
        SAY16   " remainder "
        movl    %edx, %eax
        calll   hex16
        SAY16   "\nreal: push sp pushes "
        pushw   %sp
        popw    %ax
        calll   word16

        SAY16   "\nreal: int 40 pushes flags "
        stc
        int     $0x40
        pushfl
        SAY16   "real: and leaves flags "
        popl    %eax
        call    showSome
        xorb    %cl, %cl
        ATTEMPT16 "real: division by zero", divb %cl
        ATTEMPT16 "real: ud2", ud2
        ATTEMPT16 "real: str", str %ax
        ATTEMPT16 "real: arpl", arpl %ax, %bx
        ATTEMPT16 "real: word at ds:ffff", movw 0xffff, %ax
        ATTEMPT16 "real: word at ss:ffff", movw %ss:0xffff, %ax
        /* A vector table that ends before vector 40. */
        movw    $0x40 * 4 - 1, SCRATCH
        movl    $0, SCRATCH + 2
        lidtl   SCRATCH
        ATTEMPT16 "real: int 40 beyond idtr's limit", int $0x40
        jmp     protect

/* Prints the flags that instructions define for all of these: O S Z C. */
showFlags:
        pushfl
        popl    %eax
showSome:
        andw    $0x8c1, %ax
        calll   word16
        SAY16   "\n"
        ret

/* Vector 40: what int has pushed, and what is left of IF. */
service:
        movl    %esp, %ebx
        movw    4(%ebx), %ax
        andw    $0xf01, %ax
        calll   word16
        SAY16   ", returns to +"
        movw    (%ebx), %ax
        subw    $2, %ax
        cmpb    $0xcd, %cs:(%eax)
        sete    %al
        movzbw  %al, %ax
        calll   word16
        SAY16   "\n"
        orw     $0x8c1, 4(%ebx)
        iretw

stubs:
        .set    n, 0
        .rept   32
        pushw   $n
        .byte   0xe9                    /* five bytes together with the push */
        .word   realFault - . - 2
        .set    n, n + 1
        .endr
/* IP CS FLAGS lie above the vector; no error code is pushed in real mode. */
realFault:
        cli
        cld
        popw    %ax
        movzwl  %ax, %eax
        movl    %eax, VECTOR
        movl    $0, ERROR
        popw    %ax
        movzwl  %ax, %eax
        movl    %eax, SAVED_EIP
        movl    RESUME_ESP, %esp
        jmpw    *RESUME

/* Into protected mode: descriptors go to RAM, where accessed bits can be set. */
protect:
        POST    2
        movw    $descriptors, %si
        movw    $GDT, %di
        xorw    %ax, %ax
        movw    %ax, %es
        movw    $BEYOND, %cx
        rep movsb %cs:(%si), %es:(%di)
        movw    $BEYOND - 1, SCRATCH
        movl    $GDT, SCRATCH + 2
        lgdtl   SCRATCH
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $CODE0, $protected

/* base, limit, access, flags (G, D) */
        .macro  DESCRIPTOR base, limit, access, flags
        .word   (\limit) & 0xffff, (\base) & 0xffff
        .byte   ((\base) >> 16) & 0xff, \access, (((\limit) >> 16) & 15) | (\flags << 4), ((\base) >> 24) & 0xff
        .endm
descriptors:
        .quad   0
        DESCRIPTOR ROM_BASE, 0xffff, 0x9b, 4
        DESCRIPTOR 0, 0xfffff, 0x93, 12
        DESCRIPTOR ROM_BASE, 0xffff, 0xfb, 4
        DESCRIPTOR 0, 0xfffff, 0xf3, 12
        DESCRIPTOR ROM_BASE, 0xffff, 0x9b, 0
        DESCRIPTOR 0, 0xffff, 0x93, 0
        DESCRIPTOR TSS, 104 + 128, 0x89, 0
        DESCRIPTOR TSS2, 103, 0x89, 0
        .word   gated, CODE0, 0xec01, 0         /* a call gate of DPL 3 with one parameter */
        DESCRIPTOR PAGE_A, 0xff, 0x93, 4
        DESCRIPTOR PAGE_A, 0xfff, 0x97, 0
        DESCRIPTOR 0, 0xffff, 0x13, 4
        DESCRIPTOR PAGE_A, 0xffff, 0x91, 4
        DESCRIPTOR ROM_BASE, 0xffff, 0x99, 4
        DESCRIPTOR ROM_BASE, 0xffff, 0x9f, 4
        .word   0, TSS2_SEL, 0xe500, 0          /* a task gate of DPL 3 */
        DESCRIPTOR PAGE_A, 0xffff, 0x92, 4
