/* Where all threads but the main one begin: as in crt0.S, which a partition may have its own of. */
        .cfi_sections .debug_frame

        .text
        .globl  pok_thread_start
        .type   pok_thread_start, @function
pok_thread_start:                       /* the argument is its function */
        .cfi_startproc
        .cfi_undefined eip
        xorl    %ebp, %ebp
        call    *%eax
1:      call    pok_thread_stop_self
        jmp     1b
        .cfi_endproc
        .size   pok_thread_start, . - pok_thread_start

        .section .note.GNU-stack, "", @progbits
