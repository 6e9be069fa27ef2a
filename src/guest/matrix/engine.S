/*
 * The engine of test/matrix: runs cases that it knows nothing about. A case is a list of doublewords to be put into an area of memory that
 * holds everything the processor looks at: descriptor tables, task state segments, stacks, code. The engine jumps to the test's task;
 * whatever exception ends it comes through a task gate, whose task reports the vector, the error code, and each doubleword of the area
 * that is not what the case put there. The test's registers are among them, in its TSS. See test/matrix/layout.ts for the area.
 *
 * Built by offsets in CS, which is based at 0xf0000 in every mode, for the last kilobyte of a ROM.
 */
        .set    ROM_BASE, 0xf0000
        .set    TABLE, 0x200000         /* the area's initial contents, then the cases; the host puts them there */
        .set    AREA_BYTES, 0x2200
        .set    AREA, 0x10000           /* what the processor uses, */
        .set    EXPECTED, 0x14000       /* and what it looks like if nothing changes it */
        .set    MONITOR_TSS, 0x9000
        .set    MONITOR_STACK, 0x8000
        .set    DIFFERENCES, 0x18000
        .set    SCRATCH, 0x600
        .set    NEXT_CASE, 0x608
        .set    THIS_CASE, 0x60c
        .set    CASES_LEFT, 0x610

        .set    GDT_LIMIT, 0x137
        .set    IDT, AREA + 0x280
        .set    IDT_LIMIT, 0x1ff
        .set    MONITOR_CODE, 0x08
        .set    MONITOR_DATA, 0x10
        .set    MONITOR_TSS_SEL, 0x18
        .set    TEST_TSS_SEL, 0x20

        .section .reset, "ax"
        .code16
        ljmp    $0xf000, $start

        .text
        /* Where the tasks of the vectors begin: from 0xfc00 on, sixteen bytes each. ESP tells whether an error code has been pushed. */
        .code32
        .set    n, 0
        .rept   18
        .balign 16
        movb    $n, %bl
        jmp     report
        .set    n, n + 1
        .endr

        .code16
        .globl  start
start:  cli
        /* No interrupts: some cases set IF. And no wrap at 1 MB. */
        movb    $0xff, %al
        outb    %al, $0x21
        outb    %al, $0xa1
        movb    $2, %al
        outb    %al, $0x92
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
        lgdtl   %cs:bootTable
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $MONITOR_CODE, $protected

        .balign 8
bootTable:
        .word   0x17
        .long   ROM_BASE + bootDescriptors
        .balign 8
bootDescriptors:
        .quad   0
        .quad   0x00409b0f0000ffff
        .quad   0x00cf93000000ffff
gdtr:   .word   GDT_LIMIT
        .long   AREA
idtr:   .word   IDT_LIMIT
        .long   IDT

        .code32
protected:
        movw    $MONITOR_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $MONITOR_STACK, %esp
        cld
        /* The table: the number of cases, the area, the cases. */
        movl    TABLE, %eax
        movl    %eax, CASES_LEFT
        movl    $TABLE + 4, %esi
        movl    $AREA, %edi
        movl    $AREA_BYTES / 4, %ecx
        rep movsl
        movl    %esi, NEXT_CASE
        movl    $TABLE + 4, %esi
        movl    $EXPECTED, %edi
        movl    $AREA_BYTES / 4, %ecx
        rep movsl
        movl    $MONITOR_TSS, %edi
        movl    $26, %ecx
        xorl    %eax, %eax
        rep stosl
        movl    $0x680000, MONITOR_TSS + 100
        lgdtl   %cs:gdtr
        lidtl   %cs:idtr

nextCase:
        decl    CASES_LEFT
        js      finished
        /* A count, then as many (number of a doubleword, its value). */
        movl    NEXT_CASE, %esi
        movl    %esi, THIS_CASE
        lodsw
        movzwl  %ax, %ecx
1:      lodsw
        movzwl  %ax, %edi
        lodsl
        movl    %eax, AREA(, %edi, 4)
        movl    %eax, EXPECTED(, %edi, 4)
        loop    1b
        movl    %esi, NEXT_CASE
        xorl    %eax, %eax
        lldt    %ax
        movw    $MONITOR_TSS_SEL, %ax
        ltr     %ax
        pushl   $2
        popfl
        ljmp    $TEST_TSS_SEL, $0
        /* The test's task came back by itself: as vector ff. */
        movb    $0xff, %bl
        jmp     report

report: pushfl                          /* NT of a nested task is not wanted any more. */
        andb    $~0x40, 1(%esp)
        popfl
        cld
        movb    %bl, %al
        cmpl    $MONITOR_STACK, %esp
        je      1f
        orb     $0x80, %al
1:      call    putc
        popl    %edx
        cmpl    $MONITOR_STACK, %esp
        ja      2f
        movb    %dl, %al
        call    putc
        movb    %dh, %al
        call    putc
2:      movl    $MONITOR_STACK, %esp
        movl    $AREA, %edi
        movl    $EXPECTED, %esi
        movl    $AREA_BYTES / 4, %ecx
        movl    $DIFFERENCES, %ebx
3:      repe cmpsl
        je      4f
        /* Note the doubleword and put it right again. */
        leal    -AREA - 4(%edi), %eax
        shrl    $2, %eax
        movw    %ax, (%ebx)
        movl    -4(%edi), %eax
        movl    %eax, 2(%ebx)
        addl    $6, %ebx
        movl    -4(%esi), %eax
        movl    %eax, -4(%edi)
        testl   %ecx, %ecx
        jnz     3b
4:      movl    %ebx, %eax
        subl    $DIFFERENCES, %eax
        xorl    %edx, %edx
        movl    $6, %ecx
        divl    %ecx
        call    putc
        movl    $DIFFERENCES, %esi
5:      cmpl    %ebx, %esi
        jae     6f
        lodsb
        call    putc
        jmp     5b
        /* The case's doublewords go back to what the table says. */
6:      movl    THIS_CASE, %esi
        lodsw
        movzwl  %ax, %ecx
7:      lodsw
        movzwl  %ax, %edi
        movl    TABLE + 4(, %edi, 4), %eax
        movl    %eax, AREA(, %edi, 4)
        movl    %eax, EXPECTED(, %edi, 4)
        addl    $4, %esi
        loop    7b
        /* Should the next case shut the processor down, nothing of this one is lost. */
        movl    $0x3fd, %edx
8:      inb     %dx, %al
        testb   $0x40, %al
        jz      8b
        jmp     nextCase

putc:   pushl   %edx
        pushl   %eax
        movl    $0x3fd, %edx
1:      inb     %dx, %al
        testb   $0x20, %al
        jz      1b
        popl    %eax
        movl    $0x3f8, %edx
        outb    %al, %dx
        popl    %edx
        ret

finished:
        /* The last character must be out of the transmitter before the power is. */
        movw    $0x3fd, %dx
4:      inb     %dx, %al
        testb   $0x40, %al
        jz      4b
        /* Where a PIIX4 is, its power management gets the address that firmware gives it: register 40, and 80 to switch it on. */
        movw    $0xcf8, %dx
        movl    $0x80000b40, %eax
        outl    %eax, %dx
        movw    $0xcfc, %dx
        movl    $0x601, %eax
        outl    %eax, %dx
        movw    $0xcf8, %dx
        movl    $0x80000b80, %eax
        outl    %eax, %dx
        movw    $0xcfc, %dx
        movb    $1, %al
        outb    %al, %dx
        movw    $0x604, %dx
        movw    $0x2000, %ax
        outw    %ax, %dx
3:      hlt
        jmp     3b
