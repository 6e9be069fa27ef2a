/* Hardware task switches by jmp, call, int and iret, what refuses them, and the end. */
#include "rom.inc"

        .set    TSS_TYPE, GDT + TSS_SEL + 5
        .set    TSS2_TYPE, GDT + TSS2_SEL + 5
        .set    TSS2_LIMIT, GDT + TSS2_SEL

        .macro  SHOW text, value, width=word32
        SAY     "\text "
        movl    \value, %eax
        calll   \width
        .endm
        /* tr, the descriptors' types, NT and CR0.TS */
        .macro  SHOW_TASK text
        SAY     "\text: tr "
        xorl    %eax, %eax
        str     %ax
        calll   word32
        SHOW    ", types", TSS_TYPE, byte32
        SHOW    "", TSS2_TYPE, byte32
        SAY     ", nt "
        pushfl
        popl    %eax
        shrl    $14, %eax
        andl    $1, %eax
        calll   word32
        SAY     ", ts "
        movl    %cr0, %eax
        shrl    $3, %eax
        andl    $1, %eax
        calll   word32
        SHOW    ", link", TSS2, word32
        SAY     "\n"
        .endm

        .text
        .code32
setNt:  pushfl
        orl     $0x4000, (%esp)
        popfl
        ret
byte32: andl    $0xff, %eax
        calll   word32
        retl

        .globl  tasks
tasks:
        POST    6
        movl    $STACK0, %esp
        movl    $TSS2, %edi
        movl    $26, %ecx
        xorl    %eax, %eax
        rep stosl
        movl    $DIRECTORY, TSS + 28
        movl    $DIRECTORY, TSS2 + 28
        movl    $task, TSS2 + 32
        movl    $2, TSS2 + 36
        movl    $0xa0a0a0a0, TSS2 + 40
        movl    $STACK_TASK, TSS2 + 56
        movl    $DATA0, TSS2 + 72
        movl    $CODE0, TSS2 + 76
        movl    $DATA0, TSS2 + 80
        movl    $DATA0, TSS2 + 84
        movl    $0x680000, TSS2 + 100
        movl    $TSS2_SEL << 16, IDT + 0x31 * 8
        movl    $0xe500, IDT + 0x31 * 8 + 4
        SHOW_TASK "tasks: first"
        movl    $0x12345678, %ebx
        ljmp    $TSS2_SEL, $0
        SHOW_TASK "tasks: back by jmp"
        SHOW    "tasks: ebx is still", %ebx, hex32
        SHOW    ", ecx was saved as", TSS2 + 44, hex32
        SAY     "\n"
        clts
        lcall   $TASK_GATE, $0
        SHOW_TASK "tasks: back by iret from call"
        int     $0x31
        SHOW_TASK "tasks: back by iret from int"

        ATTEMPT "tasks: jmp to the running task", ljmp $TSS_SEL, $0
        movw    $102, TSS2_LIMIT
        ATTEMPT "tasks: jmp to a short tss", ljmp $TSS2_SEL, $0
        movw    $103, TSS2_LIMIT
        movb    $0x09, TSS2_TYPE
        ATTEMPT "tasks: jmp to a tss that is not present", ljmp $TSS2_SEL, $0
        movb    $0x89, TSS2_TYPE
        call    setNt
        movl    $0, TSS
        ATTEMPT "tasks: iret with nt and no link", iret
        /* The fault's gate has cleared NT. */
        call    setNt
        movl    $TSS2_SEL, TSS
        ATTEMPT "tasks: iret with nt to a task that is not busy", iret

        /* A bad selector in the new TSS: the fault is the new task's. */
        SAY     "tasks: jmp to a task with a bad ds: "
        movl    $BEYOND, TSS2 + 84
        movl    $task3, TSS2 + 32
        movl    $task3, START
        movl    $1f, RESUME
        movl    $STACK_TASK, RESUME_ESP
        ljmp    $TSS2_SEL, $0
        jmp     2f
1:      call    report32
        SHOW_TASK "tasks: which was met in"
        ljmp    $TSS_SEL, $0
2:      SAY     "done\n"
        POST    7
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

task:   SHOW    "task 2: eax", %eax, hex32
        SHOW    ", esp", %esp, hex32
        SAY     "\n"
        SHOW_TASK "task 2: by jmp"
        movl    $0xc0c0c0c0, %ecx
        ljmp    $TSS_SEL, $0
        SHOW_TASK "task 2: by call"
        iret
        SHOW_TASK "task 2: by int"
        iret
task3:  hlt
