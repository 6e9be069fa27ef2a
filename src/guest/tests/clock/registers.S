/*
 * int registers_survive(uint32_t rounds): a loop that knows what each register, flag and word around its stack pointer holds, and looks
 * at all of them again and again while interrupts come in between. 1 = all as it should be.
 */
        .cfi_sections .debug_frame

        .text
        .globl  registers_survive
        .type   registers_survive, @function
registers_survive:
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
        movl    20(%esp), %ebp          /* rounds */
        pushl   $0x600dcafe             /* the live word on top of the stack */
        .cfi_adjust_cfa_offset 4
.Lround:
        movl    $0x11111111, %eax
        movl    $0x22222222, %ebx
        movl    $0x33333333, %ecx
        movl    $0x44444444, %edx
        movl    $0x55555555, %esi
        movl    $0x66666666, %edi
        std                             /* DF of the interrupted code is its own */
        stc
        nop
        nop
        jnc     .Lwrong
        cmpl    $0x600dcafe, (%esp)
        jne     .Lwrong
        cmpl    $0x11111111, %eax
        jne     .Lwrong
        cmpl    $0x22222222, %ebx
        jne     .Lwrong
        cmpl    $0x33333333, %ecx
        jne     .Lwrong
        cmpl    $0x44444444, %edx
        jne     .Lwrong
        cmpl    $0x55555555, %esi
        jne     .Lwrong
        cmpl    $0x66666666, %edi
        jne     .Lwrong
        xorl    %eax, %eax              /* ZF, PF set; CF, SF, OF clear */
        nop
        jnz     .Lwrong
        jnp     .Lwrong
        js      .Lwrong
        pushfl
        .cfi_adjust_cfa_offset 4
        popl    %eax
        .cfi_adjust_cfa_offset -4
        andl    $0xcd5, %eax
        cmpl    $0x444, %eax            /* DF ZF PF */
        jne     .Lwrong
        movl    %ds, %eax
        movl    %ss, %ecx
        cmpl    %eax, %ecx
        jne     .Lwrong
        movl    $0, %eax
        movl    %eax, %gs               /* null is a value to be kept as well */
        nop
        movl    %gs, %eax
        testl   %eax, %eax
        jnz     .Lwrong
        movl    %ds, %eax
        movl    %eax, %gs
        decl    %ebp
        jnz     .Lround
        movl    $1, %eax
        jmp     .Ldone
.Lwrong:
        xorl    %eax, %eax
.Ldone:
        cld
        addl    $4, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret
        .cfi_endproc
        .size   registers_survive, . - registers_survive

        .section .note.GNU-stack, "", @progbits
