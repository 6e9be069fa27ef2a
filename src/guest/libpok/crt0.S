/*
 * Where the main thread of a partition begins: with a stack, EAX = the kernel's argument, and no caller. The undefined return address
 * tells a debugger that a backtrace ends here.
 */
#define FOREVER 0x7fffffff              /* milliseconds */

        .cfi_sections .debug_frame

        .section .text.start, "ax"
        .globl  _start
        .type   _start, @function
_start:                                 /* main(argument) */
        .cfi_startproc
        .cfi_undefined eip
        xorl    %ebp, %ebp
        pushl   %eax
        .cfi_adjust_cfa_offset 4
        call    main
1:      movl    $FOREVER, (%esp)
        call    pok_thread_sleep
        jmp     1b
        .cfi_endproc
        .size   _start, . - _start

        .section .note.GNU-stack, "", @progbits
