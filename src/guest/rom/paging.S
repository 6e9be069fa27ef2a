/* Paging: translation, accessed and dirty bits, page faults by every rule, and a pager. */
#include "rom.inc"

        .set    HIGH, 0x40000000
        .set    TABLE2, 0x5000          /* maps HIGH */
        .set    FAULTS, SCRATCH + 16    /* page faults the pager has served, and the error code of the last one */
        .set    LAST, SCRATCH + 20

        .macro  SHOW_CR2
        SAY     "  cr2 "
        movl    %cr2, %eax
        calll   hex32
        SAY     "\n"
        .endm
        /* The accessed and dirty bits of an entry. */
        .macro  SHOW_AD text, entry
        SAY     "paging: \text "
        movl    \entry, %eax
        andl    $0x60, %eax
        calll   word32
        SAY     "\n"
        .endm
        /* Tries an instruction in ring 3; vector 30 means that it met no fault. */
        .macro  RING3 text, instruction:vararg
        SAY     "paging: ring 3 \text: "
        movl    $7f, START
        movl    $8f, RESUME
        movl    $DATA3, %eax
        movw    %ax, %ds
        pushl   %eax
        pushl   $STACK3
        pushl   $2
        pushl   $CODE3
        pushl   $7f
        iret
7:      \instruction
        int     $0x30
8:      call    report32
        .endm

        .text
        .code32
        .globl  paging
paging:
        POST    4
        movl    $DIRECTORY, %edi
        movl    $0x3000 / 4, %ecx
        xorl    %eax, %eax
        rep stosl
        movl    $TABLE | 7, DIRECTORY
        movl    $TABLE2 | 7, DIRECTORY + (HIGH >> 20)
        movl    $TABLE, %edi
        movl    $7, %eax
1:      stosl
        addl    $0x1000, %eax
        cmpl    $0x100000, %eax
        jb      1b
        movl    $PAGE_A | 7, TABLE2
        movl    $PAGE_B | 5, TABLE2 + 8         /* read-only */
        movl    $PAGE_B | 3, TABLE2 + 12        /* the supervisor's */
        movl    $0x11223344, PAGE_A + 0x10
        movl    $0x55667788, PAGE_B + 0x10
        movl    $DIRECTORY, %eax
        movl    %eax, %cr3
        movl    %cr0, %eax
        orl     $0x80000000, %eax
        movl    %eax, %cr0
        jmp     1f
1:
        SHOW_AD "a and d of an entry before", TABLE2
        SAY     "paging: 40000010 holds "
        movl    HIGH + 0x10, %eax
        calll   hex32
        SAY     "\n"
        SHOW_AD "a and d of its directory entry", DIRECTORY + (HIGH >> 20)
        SHOW_AD "a and d after a read", TABLE2
        movl    %eax, HIGH + 0x20
        SHOW_AD "a and d after a write", TABLE2
        andl    $~0x60, TABLE2
        invlpg  HIGH
        SHOW_AD "a and d cleared, after invlpg", TABLE2
        incl    HIGH + 0x20
        SHOW_AD "a and d after inc", TABLE2

        ATTEMPT "paging: read of a missing page", movl HIGH + 0x1234, %eax
        SHOW_CR2
        ATTEMPT "paging: write to a missing page", movl %eax, HIGH + 0x1234
        SHOW_CR2
        ATTEMPT "paging: read across into a missing page", movl HIGH + 0xffe, %eax
        SHOW_CR2
        ATTEMPT "paging: write across into a missing page", movl %eax, HIGH + 0xffe
        SHOW_CR2
        ATTEMPT "paging: read of a missing table", movl 0x80000000, %eax
        SHOW_CR2
        ATTEMPT "paging: write to a read-only page", movl %eax, HIGH + 0x2010
        SHOW_AD "a and d of the read-only page", TABLE2 + 8
        movl    %cr0, %eax
        orl     $0x10000, %eax
        movl    %eax, %cr0
        ATTEMPT "paging: the same with cr0.wp", movl %eax, HIGH + 0x2010
        movl    %cr0, %eax
        andl    $~0x10000, %eax
        movl    %eax, %cr0

        RING3   "read of the supervisor's page", movl HIGH + 0x3010, %eax
        RING3   "write to the supervisor's page", movl %eax, HIGH + 0x3010
        RING3   "read of the read-only page", movl HIGH + 0x2010, %eax
        RING3   "write to the read-only page", movl %eax, HIGH + 0x2010
        RING3   "read of a missing page", movl HIGH + 0x1010, %eax
        RING3   "write to its own page", movl %eax, HIGH + 0x10

        /* A pager: it maps the second page, and the string goes on where it was. */
        movw    $pager, IDT + 14 * 8
        movl    $0, FAULTS
        movl    $0, TABLE2 + 4
        invlpg  HIGH + 0x1000
        movl    $0x100, %esi
        movl    $HIGH + 0xfc0, %edi
        movl    $64, %ecx
        movl    $0xaabbccdd, 0x100 + 63 * 4
        rep movsl
        SAY     "pager: faults "
        movl    FAULTS, %eax
        calll   word32
        SAY     ", error "
        movl    LAST, %eax
        calll   word32
        SAY     ", edi "
        movl    %edi, %eax
        calll   hex32
        SAY     ", ecx "
        movl    %ecx, %eax
        calll   word32
        SAY     ", last copied "
        movl    PAGE_B + 0xbc, %eax
        calll   hex32
        SAY     "\n"
        movl    $0, TABLE2 + 4
        invlpg  HIGH + 0x1000
        movl    $5, PAGE_B + 8
        addl    $3, HIGH + 0x1008
        SAY     "pager: faults "
        movl    FAULTS, %eax
        calll   word32
        SAY     ", 5 + 3 is "
        movl    PAGE_B + 8, %eax
        calll   word32
        SAY     "\n"
        jmp     virtual

pager:
        popl    LAST
        incl    FAULTS
        movl    $PAGE_B | 7, TABLE2 + 4
        iret
