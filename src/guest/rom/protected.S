/* Protected mode: loads, limits, far transfers, ring 3 and back. */
#include "rom.inc"

        .text
        .code32
        PRINTERS 32
        REPORT  32

        .globl  protected
protected:
        movw    $DATA0, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    %ax, %fs
        movw    %ax, %gs
        movl    $STACK0, %esp
        /* Vectors 0 to 31 to stubs, through interrupt gates of DPL 0. */
        movl    $IDT, %edi
        movl    $stubs32, %eax
1:      movw    %ax, (%edi)
        movw    $CODE0, 2(%edi)
        movw    $0x8e00, 4(%edi)
        movw    $0, 6(%edi)
        addl    $8, %edi
        addl    $16, %eax
        cmpl    $IDT + 64 * 8, %edi
        jb      1b
        /* Vector 30 for ring 3: the way back. */
        movw    $0xee00, IDT + 0x30 * 8 + 4
        movw    $64 * 8 - 1, SCRATCH
        movl    $IDT, SCRATCH + 2
        lidt    SCRATCH
        /* The TSS: ring 0's stack, and a permission bitmap that allows the serial and POST ports to everybody. */
        movl    $TSS, %edi
        movl    $(104 + 128) / 4, %ecx
        xorl    %eax, %eax
        rep stosl
        movb    $0xff, (%edi)
        movl    $STACK_TSS, TSS + 4
        movl    $DATA0, TSS + 8
        movw    $104, TSS + 102
        movb    $0x02, TSS + 104 + 0x60 / 8     /* port 61 is refused */
        xorl    %eax, %eax
        lldt    %ax
        movw    $TSS_SEL, %ax
        ltr     %ax

        SAY     "protected: tr "
        xorl    %eax, %eax
        str     %ax
        calll   word32
        SAY     ", its descriptor's type "
        movzbl  GDT + TSS_SEL + 5, %eax
        calll   word32
        SAY     "\n"

        .macro  LOAD text, selector, register
        movw    $\selector, %ax
        ATTEMPT "protected: \text", movw %ax, \register
        .endm
        LOAD    "fs null", 0, %fs
        LOAD    "ss null", 0, %ss
        LOAD    "es beyond the gdt", BEYOND, %es
        LOAD    "es not present", ABSENT, %es
        LOAD    "ss not present", ABSENT, %ss
        LOAD    "ss read-only", READ_ONLY, %ss
        LOAD    "es execute-only", EXECUTE_ONLY, %es
        LOAD    "es a tss", TSS_SEL, %es
        LOAD    "fs with rpl 3", DATA0 | 3, %fs
        LOAD    "gs in an ldt there is none of", 4, %gs
        LOAD    "gs", FRESH, %gs
        SAY     "protected: and its access byte now "
        movzbl  GDT + FRESH + 5, %eax
        calll   word32
        SAY     "\n"
        LOAD    "fs null", 0, %fs
        ATTEMPT "protected: read through null", movl %fs:0, %eax
        LOAD    "fs small", SMALL, %fs
        ATTEMPT "protected: dword at fc of ff", movl %fs:0xfc, %eax
        ATTEMPT "protected: dword at fd of ff", movl %fs:0xfd, %eax
        LOAD    "fs expand-down", DOWN, %fs
        ATTEMPT "protected: byte at 1000 above fff", movb %fs:0x1000, %al
        ATTEMPT "protected: byte at fff above fff", movb %fs:0xfff, %al
        ATTEMPT "protected: byte at 10000 of 16 bits", movb %fs:0x10000, %al
        LOAD    "fs read-only", READ_ONLY, %fs
        ATTEMPT "protected: write to read-only", movb %al, %fs:0
        ATTEMPT "protected: write to code", movb %al, %cs:0
        ATTEMPT "protected: far jump to null", ljmp $0, $0
        ATTEMPT "protected: far jump to data", ljmp $DATA0, $0
        ATTEMPT "protected: far jump to ring 3", ljmp $CODE3, $0
        ATTEMPT "protected: far jump beyond the limit", ljmp $CODE0, $0x10000
        ATTEMPT "protected: int beyond the idt", int $0x50
        SAY     "protected: lar of code "
        movl    $CODE0, %ecx
        larl    %ecx, %eax
        calll   hex32
        SAY     ", lsl of data "
        movl    $DATA0, %ecx
        lsll    %ecx, %eax
        calll   hex32
        SAY     ", verw of read-only "
        movl    $READ_ONLY, %ecx
        verw    %cx
        sete    %al
        movzbl  %al, %eax
        calll   word32
        SAY     "\n"
        movw    $DATA0, %ax
        movw    %ax, %es

        POST    3
        /* Into ring 3 and on. */
        pushl   $DATA3
        pushl   $STACK3
        pushl   $0x2
        pushl   $CODE3
        pushl   $user
        iret

user:
        xorl    %eax, %eax
        movw    %ds, %ax
        movl    %eax, %ebx
        movl    %cs, %eax
        movw    $DATA3, %cx
        movw    %cx, %ds
        movw    %cx, %es
        SAY     "ring 3: cs "
        calll   word32
        SAY     ", ss "
        movl    %ss, %eax
        calll   word32
        SAY     ", ds on arrival "
        movl    %ebx, %eax
        calll   word32
        SAY     "\n"
        .macro  USER text, instruction:vararg
        SAY     "ring 3: \text: "
        movl    $7f, START
        movl    $8f, RESUME
        movl    %esp, RESUME_ESP
7:      \instruction
        SAY     "no fault\n"
        jmp     9f
8:      calll   backToUser
        call    report32
9:
        .endm
        USER    "hlt", hlt
        USER    "cli", cli
        USER    "mov cr0", movl %cr0, %eax
        USER    "lgdt", lgdt SCRATCH
        USER    "in from a port of the bitmap", inb $0x80, %al
        USER    "in from a port that it refuses", inb $0x61, %al
        USER    "in of a word that it refuses in part", inw $0x60, %ax
        USER    "int of dpl 0", int $3
        movl    $DATA0, %eax
        USER    "data of ring 0", movw %ax, %es
        USER    "code of ring 0", ljmp $CODE0, $0
        USER    "conforming code", lcall $CONFORMING, $conforming
        pushl   $0x1234
        USER    "a call gate", lcall $CALL_GATE, $0
        SAY     "ring 3: esp after it "
        movl    %esp, %eax
        calll   hex32
        SAY     "\n"
        movl    $inRing0, RESUME
        int     $0x30

/* Entered through the call gate: cs, ss, the parameter and the caller's stack. */
        .globl  gated
gated:
        movl    %esp, %ebp
        SAY     "gate in cs "
        movl    %cs, %eax
        calll   word32
        SAY     ", parameter "
        movl    8(%ebp), %eax
        calll   hex32
        SAY     ", caller's cs "
        movl    4(%ebp), %eax
        calll   word32
        SAY     ", esp "
        movl    12(%ebp), %eax
        calll   hex32
        SAY     ", ss "
        movl    16(%ebp), %eax
        calll   word32
        SAY     "; "
        lret    $4
conforming:
        pushl   %eax
        movl    %cs, %eax
        SAY     "in cs "
        calll   word32
        SAY     "; "
        popl    %eax
        lret

/* From a handler at ring 0 back to ring 3, behind the call. */
backToUser:
        popl    %eax
        movl    RESUME_ESP, %ecx
        pushl   $DATA3
        pushl   %ecx
        pushl   $2
        pushl   $CODE3
        pushl   %eax
        movw    $DATA3, %ax
        movw    %ax, %ds
        movw    %ax, %es
        iret

inRing0:
        SAY     "ring 0: int 30 came with cs "
        movl    SAVED_CS, %eax
        calll   word32
        SAY     "\n"
        jmp     paging

        .balign 16
stubs32:
        .set    n, 0
        .rept   64
        .balign 16
        .if     n == 8 || (n >= 10 && n <= 14) || n == 17
        .else
        pushl   $0
        .endif
        pushl   $n
        jmp     fault32
        .set    n, n + 1
        .endr
/* Vector, error code, EIP, CS, EFLAGS. Goes on at RESUME in ring 0; from ring 3 on the TSS's stack, else on the one of the attempt. */
        .globl  fault32
fault32:
        cld
        movw    $DATA0, %ax
        movw    %ax, %ds
        movw    %ax, %es
        testl   $0x20000, 16(%esp)
        jnz     monitor
        popl    VECTOR
        popl    ERROR
        popl    SAVED_EIP
        popl    SAVED_CS
        popl    SAVED_FLAGS
        movl    $STACK_TSS, %esp
        testb   $3, SAVED_CS
        jnz     1f
        movw    %ax, %ss
        movl    RESUME_ESP, %esp
1:      jmp     *RESUME
