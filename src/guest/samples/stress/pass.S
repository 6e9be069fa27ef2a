/*
 * uint32_t stress_pass(void): one pass over everything an interrupt could spoil: general registers, flags, the stack, string operations in
 * both directions, segment registers, the x87, and the way through the kernel. Returns 0, or the number of the check that failed.
 * Between stress_begin and stress_pass_end nothing depends on what came before: every pass goes through the same states.
 */
#define SYSCALL_PARTITION_GET_ID 405

        .cfi_sections .debug_frame

/* Fails with `number` unless the condition holds. */
.macro CHECK condition, number
        j\condition 9f
        movl    $\number, %eax
        jmp     .Lfailed
9:
.endm

        .text
        .globl  stress_pass, stress_begin, stress_pass_end
        .type   stress_pass, @function
stress_pass:
        .cfi_startproc
        pushl   %ebp
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebp, 0
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset ebx, 0
        pushl   %esi
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset esi, 0
        pushl   %edi
        .cfi_adjust_cfa_offset 4
        .cfi_rel_offset edi, 0

        /* 1: all general registers, ESP aside, turned round eight times */
        xorl    %eax, %eax
        movl    $0x01234567, %eax
        movl    $0x12345678, %ebx
        movl    $0x23456789, %ecx
        movl    $0x3456789a, %edx
        movl    $0x456789ab, %esi
        movl    $0x56789abc, %edi
        movl    $0x6789abcd, %ebp
stress_begin:
.rept 8
        xorl    %ebp, %eax
        roll    $5, %eax
        addl    %eax, %ebx
        xchgl   %ebx, %ecx
        leal    (%edx,%ecx,2), %edx
        xorl    %edx, %esi
        bswapl  %esi
        subl    %esi, %edi
        notl    %ebp
        addl    %edi, %ebp
.endr
        addl    %ebx, %eax
        addl    %ecx, %eax
        addl    %edx, %eax
        addl    %esi, %eax
        addl    %edi, %eax
        addl    %ebp, %eax
        movl    stress_registers, %ebx
        testl   %ebx, %ebx
        jnz     1f
        movl    %eax, stress_registers  /* the first pass, before interrupts are let in, says what is right */
1:      cmpl    stress_registers, %eax
        CHECK   e, 1

        /* 2: each flag on its own, kept over instructions that leave it alone */
        stc
        movl    $5, %ecx
        leal    1(%ecx), %ecx
        decl    %ecx
        CHECK   c, 2
        clc
        movl    %ecx, %edx
        incl    %edx
        CHECK   nc, 2
        movl    $0x7fffffff, %eax
        addl    $1, %eax
        movl    $0, %eax
        CHECK   o, 2
        CHECK   s, 2
        CHECK   nz, 2
        xorl    %eax, %eax
        movl    $7, %eax
        CHECK   z, 2
        CHECK   p, 2
        /* AF, which only a decimal adjustment sees: 8 + 8 = 16 */
        movb    $8, %al
        addb    $8, %al
        movl    $3, %ecx
        daa
        cmpb    $0x16, %al
        CHECK   e, 2

        /* 3: the whole of EFLAGS, by the stack */
        pushl   $0xcd7                  /* OF DF SF ZF AF PF CF, and bit 1 */
        popfl
        nop
        pushfl
        cld
        popl    %eax
        andl    $0xdd7, %eax            /* but IF, which is the machine's */
        cmpl    $0xcd7, %eax
        CHECK   e, 3

        /* 4: the stack, deep and balanced */
        movl    %esp, %ebx
        pushal
        pushl   $0x11111111
        pushl   $0x22222222
        call    .Lleaf
        popl    %eax
        popl    %ecx
        addl    %ecx, %eax
        cmpl    $0x33333333, %eax
        CHECK   e, 4
        popal
        cmpl    %esp, %ebx
        CHECK   e, 4

        /* 5: strings upwards and downwards */
        movl    $stress_source, %esi
        movl    $stress_target, %edi
        movl    $24, %ecx
        rep     movsb
        movl    $stress_source, %esi
        movl    $stress_target, %edi
        movl    $24, %ecx
        repe    cmpsb
        CHECK   e, 5
        movl    $stress_source + 23, %esi
        movl    $stress_target + 23, %edi
        movl    $24, %ecx
        std
        repe    cmpsb
        cld
        CHECK   e, 5
        movl    $stress_target, %edi
        movl    $0x5a5a5a5a, %eax
        movl    $6, %ecx
        rep     stosl
        movl    $stress_target + 23, %edi
        movl    $24, %ecx
        std
        repe    scasb
        cld
        CHECK   e, 5
        testl   %ecx, %ecx
        CHECK   e, 5

        /* 6: segment registers */
        movl    %ds, %eax
        movl    %eax, %fs
        movl    %cs, %ecx
        movl    %ecx, %gs
        movl    %fs:stress_source, %edx
        cmpl    %gs:stress_source, %edx
        CHECK   e, 6
        xorl    %edx, %edx
        movl    %edx, %gs
        movl    %gs, %edx
        testl   %edx, %edx
        CHECK   e, 6
        movl    %fs, %edx
        cmpl    %eax, %edx
        CHECK   e, 6
        movl    %eax, %gs

        /* 7: the x87: stack, values and control word */
        fninit
        pushl   $0x0e7f                 /* 53 bits of precision, rounding towards 0 */
        fldcw   (%esp)
        fldpi
        fldl2e
        fld     %st(1)
        fmul    %st(1), %st
        fsqrt
        faddp   %st, %st(2)
        fmulp
        fld1
        fsubrp
        fnstcw  (%esp)
        popl    %eax
        cmpl    $0x0e7f, %eax
        CHECK   e, 7
        subl    $8, %esp
        fstpl   (%esp)
        popl    %eax
        popl    %edx
        fnstsw  %ax
        andl    $0x3800, %eax           /* TOP: all is popped */
        CHECK   e, 7
        cmpl    $0, stress_float
        jne     1f
        movl    %edx, stress_float
1:      cmpl    %edx, stress_float
        CHECK   e, 7

        /* 8: through the kernel */
        movl    $stress_arguments, %ebx
        movl    $SYSCALL_PARTITION_GET_ID, %eax
        movl    $0x13579bdf, %ecx
        movl    $0x2468ace0, %edx
        int     $42
        testl   %eax, %eax
        CHECK   e, 8
        cmpl    $0x13579bdf, %ecx
        CHECK   e, 8
        cmpl    $0x2468ace0, %edx
        CHECK   e, 8

        xorl    %eax, %eax
.Lfailed:
        cld
        popl    %edi
        .cfi_adjust_cfa_offset -4
        .cfi_restore edi
        popl    %esi
        .cfi_adjust_cfa_offset -4
        .cfi_restore esi
        popl    %ebx
        .cfi_adjust_cfa_offset -4
        .cfi_restore ebx
        popl    %ebp
        .cfi_adjust_cfa_offset -4
        .cfi_restore ebp
stress_pass_end:
        ret
        .cfi_endproc

.Lleaf: .cfi_startproc
        pushl   %eax
        .cfi_adjust_cfa_offset 4
        movl    12(%esp), %eax
        movl    %eax, (%esp)
        popl    %eax
        .cfi_adjust_cfa_offset -4
        ret
        .cfi_endproc
        .size   stress_pass, . - stress_pass

        .data
        .balign 4
stress_source:
        .ascii  "abcdefghijklmnopqrstuvwx"
stress_target:
        .fill   24
stress_registers:
        .long   0
stress_float:
        .long   0
stress_arguments:
        .long   1, stress_id, 0, 0, 0, 0
        .globl  stress_id
stress_id:
        .long   0

        .section .note.GNU-stack, "", @progbits
