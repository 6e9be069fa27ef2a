/*
 * int registers_survive(uint32_t rounds): a loop that knows what each register, flag and word around its stack pointer holds, and looks
 * at all of them again and again while interrupts come in between. 1 = all as it should be.
 */
        .text
        .globl  registers_survive
        .type   registers_survive, @function
registers_survive:
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        movl    20(%esp), %ebp          /* rounds */
        pushl   $0x600dcafe             /* the live word on top of the stack */
round:
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
        jnc     wrong
        cmpl    $0x600dcafe, (%esp)
        jne     wrong
        cmpl    $0x11111111, %eax
        jne     wrong
        cmpl    $0x22222222, %ebx
        jne     wrong
        cmpl    $0x33333333, %ecx
        jne     wrong
        cmpl    $0x44444444, %edx
        jne     wrong
        cmpl    $0x55555555, %esi
        jne     wrong
        cmpl    $0x66666666, %edi
        jne     wrong
        xorl    %eax, %eax              /* ZF, PF set; CF, SF, OF clear */
        nop
        jnz     wrong
        jnp     wrong
        js      wrong
        pushfl
        popl    %eax
        andl    $0xcd5, %eax
        cmpl    $0x444, %eax            /* DF ZF PF */
        jne     wrong
        movl    %ds, %eax
        movl    %ss, %ecx
        cmpl    %eax, %ecx
        jne     wrong
        movl    $0, %eax
        movl    %eax, %gs               /* null is a value to be kept as well */
        nop
        movl    %gs, %eax
        testl   %eax, %eax
        jnz     wrong
        movl    %ds, %eax
        movl    %eax, %gs
        decl    %ebp
        jnz     round
        movl    $1, %eax
        jmp     done
wrong:
        xorl    %eax, %eax
done:
        cld
        addl    $4, %esp
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        ret
        .size   registers_survive, . - registers_survive

        .section .note.GNU-stack, "", @progbits
