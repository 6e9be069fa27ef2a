/* Where the boot loader enters: the multiboot header and the first instructions (Multiboot Specification 0.6.96, 3.1 and 3.2). */

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_MEMORY_INFO (1 << 1)

        .cfi_sections .debug_frame

        .section .multiboot, "a"
        .balign 4
        .long   MULTIBOOT_MAGIC
        .long   MULTIBOOT_MEMORY_INFO
        .long   -(MULTIBOOT_MAGIC + MULTIBOOT_MEMORY_INFO)

        .section .text.boot, "ax"
        .globl  _start
        .type   _start, @function
/*
 * EAX is the loader's magic number and EBX its information. The segments are flat, but which selectors they have is undefined, and
 * so is the stack. Ours ends where the kernel's code begins (linker.ld): nearly 8 KB that would be empty otherwise. Nothing else grows
 * down there, and the idle thread stays on it.
 */
_start:
        .cfi_startproc
        .cfi_undefined eip              /* nobody called: a backtrace ends here */
        movl    $pok_boot_stack_top, %esp
        pushl   $0
        popfl
        xorl    %ebp, %ebp
        pushl   %ebx
        .cfi_adjust_cfa_offset 4
        pushl   %eax
        .cfi_adjust_cfa_offset 4
        call    pok_boot
        ud2                             /* pok_boot becomes the idle thread and never returns */
        .cfi_endproc
        .size   _start, . - _start

        .section .note.GNU-stack, "", @progbits
