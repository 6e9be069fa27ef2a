/* Where an RTEMS executable begins: it brings a stack of its own and never comes back. */
        .section .text.start, "ax"
        .globl  start
start:  movl    $stack_top, %esp
        xorl    %ebp, %ebp
        call    boot_card
        hlt
        .bss
        .balign 16
        .skip   4096
stack_top:
        .section .note.GNU-stack, "", @progbits
