/*
 * The partition's half of the forwarding of 2013: the kernel has left the registers somewhere above, behind a number that nobody else
 * is hoped to have written.
 */
#define MAGIC 0xffeeddcc
#define SYSCALL_IRQ_ACK 29

        .cfi_sections .debug_frame

        .text
        .globl  interrupt_middleman
        .type   interrupt_middleman, @function
interrupt_middleman:
        .cfi_startproc
        .cfi_undefined eip
        movl    %esp, %eax
1:      addl    $4, %eax
        cmpl    $MAGIC, (%eax)
        jne     1b
        pushl   4(%eax)
        call    clock_handler
        call    acknowledge
        movl    %esp, %eax
2:      addl    $4, %eax
        cmpl    $MAGIC, (%eax)
        jne     2b
        leal    8(%eax), %esp
        popal
        ret
        .cfi_endproc
        .size   interrupt_middleman, . - interrupt_middleman

        .section .note.GNU-stack, "", @progbits
