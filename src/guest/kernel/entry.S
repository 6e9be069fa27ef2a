/*
 * Entry points of exceptions, interrupt lines and the system call, and the switch between kernel stacks.
 *
 * Unwinding: a frame entered from ring 3 is the last of a backtrace, because what lies beyond belongs to another address space;
 * its return address is declared undefined. A frame entered from ring 0 (idle interrupted, or a fault of the kernel) goes on.
 */

#define GDT_KERNEL_DATA 0x10
#define SYSCALL_VECTOR 42
#define SYSCALL_IRQ_RETURN 30

/* Offsets in struct pok_frame (trap.h) once it is complete. */
#define FRAME_CS 56
#define FRAME_GPRS 16
#define FRAME_PROCESSOR 52

/* In struct pok_irq_context (lib/vcpu.h): from here on it is a frame. */
#define CONTEXT_GS 8

        .cfi_sections .debug_frame

        .section .rodata
        .balign 4
        .globl  pok_trap_entries
pok_trap_entries:

/* One entry point per vector: the only place that knows the number. What it calls gets `number` and the frame, in registers. */
.macro TRAP name, number, has_error=0, function=pok_trap, is_syscall=0
        .text
        .type   \name, @function
\name:
        .cfi_startproc simple
        .cfi_undefined eip
        .if     \has_error
        .cfi_def_cfa esp, 16
        .else
        .cfi_def_cfa esp, 12
        .if     \is_syscall
        cmpl    $SYSCALL_IRQ_RETURN, %eax
        je      pok_irq_return_entry
        .endif
        pushl   $0
        .cfi_adjust_cfa_offset 4
        .endif
        pushal
        .cfi_adjust_cfa_offset 32
        movl    $\number, %eax
        movl    $\function, %ecx
        jmp     pok_trap_common
        .cfi_endproc
        .size   \name, . - \name

        .section .rodata
        .long   \name
.endm

/* Exceptions (SDM volume 3, 6.15): 8, 10-14, 17, 21, 29 and 30 push an error code. */
.irp n, 0, 1, 2, 3, 4, 5, 6, 7
        TRAP    pok_exception_\n, \n
.endr
        TRAP    pok_exception_8, 8, 1
        TRAP    pok_exception_9, 9
.irp n, 10, 11, 12, 13, 14
        TRAP    pok_exception_\n, \n, 1
.endr
.irp n, 15, 16
        TRAP    pok_exception_\n, \n
.endr
        TRAP    pok_exception_17, 17, 1
.irp n, 18, 19, 20
        TRAP    pok_exception_\n, \n
.endr
        TRAP    pok_exception_21, 21, 1
.irp n, 22, 23, 24, 25, 26, 27, 28
        TRAP    pok_exception_\n, \n
.endr
.irp n, 29, 30
        TRAP    pok_exception_\n, \n, 1
.endr
        TRAP    pok_exception_31, 31

.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
        TRAP    pok_irq_\n, \n, function=pok_irq_meta_handler
.endr
        TRAP    pok_syscall_entry, SYSCALL_VECTOR, is_syscall=1 /* takes the place of IRQ 10, which stays masked */
.irp n, 11, 12, 13, 14, 15
        TRAP    pok_irq_\n, \n, function=pok_irq_meta_handler
.endr

        .text
        .type   pok_trap_common, @function
pok_trap_common:
        .cfi_startproc simple
        .cfi_undefined eip
        .cfi_def_cfa esp, 48
        pushl   %ds
        .cfi_adjust_cfa_offset 4
        pushl   %es
        .cfi_adjust_cfa_offset 4
        pushl   %fs
        .cfi_adjust_cfa_offset 4
        pushl   %gs
        .cfi_adjust_cfa_offset 4
        movl    $GDT_KERNEL_DATA, %edx
        movl    %edx, %ds
        movl    %edx, %es
        xorl    %edx, %edx
        movl    %edx, %fs               /* or the idle thread would keep, and reload, a segment of somebody's */
        movl    %edx, %gs
        cld                             /* C code assumes DF = 0; ring 3 may have set it */
        movl    %esp, %edx
        testb   $3, FRAME_CS(%esp)
        jz      pok_trap_from_kernel
        call    *%ecx

        /* A new thread starts here, on a frame made by thread.c. The one place where interrupts are delivered to a partition. */
        .globl  pok_trap_leave
pok_trap_leave:
        movl    pok_current_vcpu, %eax
        cmpl    $0, (%eax)              /* deliverable */
        jne     .Ldeliver
        .globl  pok_trap_return
pok_trap_return:
        popl    %gs
        .cfi_adjust_cfa_offset -4
        popl    %fs
        .cfi_adjust_cfa_offset -4
        popl    %es
        .cfi_adjust_cfa_offset -4
        popl    %ds
        .cfi_adjust_cfa_offset -4
        popal
        .cfi_adjust_cfa_offset -32
        addl    $4, %esp                /* the error code */
        .cfi_adjust_cfa_offset -4
        iret

.Ldeliver:
        .cfi_def_cfa esp, FRAME_PROCESSOR + 12
        movl    %esp, %eax
        call    pok_vcpu_deliver        /* makes the frame return to the partition's handler instead */
        jmp     pok_trap_return
        .cfi_endproc
        .size   pok_trap_common, . - pok_trap_common

        .type   pok_trap_from_kernel, @function
pok_trap_from_kernel:
        .cfi_startproc simple
        .cfi_signal_frame               /* the return address is the next instruction, not the one after a call */
        .cfi_def_cfa esp, FRAME_PROCESSOR + 12
        .cfi_offset eip, -12
        .cfi_val_offset esp, 0
        .cfi_offset edi, FRAME_GPRS + 0 - FRAME_PROCESSOR - 12
        .cfi_offset esi, FRAME_GPRS + 4 - FRAME_PROCESSOR - 12
        .cfi_offset ebp, FRAME_GPRS + 8 - FRAME_PROCESSOR - 12
        .cfi_offset ebx, FRAME_GPRS + 16 - FRAME_PROCESSOR - 12
        .cfi_offset edx, FRAME_GPRS + 20 - FRAME_PROCESSOR - 12
        .cfi_offset ecx, FRAME_GPRS + 24 - FRAME_PROCESSOR - 12
        .cfi_offset eax, FRAME_GPRS + 28 - FRAME_PROCESSOR - 12
        call    *%ecx
        jmp     pok_trap_return        /* a partition's frame cannot be built on what ring 0 was doing */
        .cfi_endproc
        .size   pok_trap_from_kernel, . - pok_trap_from_kernel

/*
 * The way back from an interrupt's handler has nothing to save: a context in the partition's memory has all registers. If all is as
 * usual they are taken from there, now that it has been looked through and nothing can change it; else from a frame as any other's.
 */
        .type   pok_irq_return_entry, @function
pok_irq_return_entry:
        .cfi_startproc simple
        .cfi_undefined eip
        .cfi_def_cfa esp, 12
        movl    $GDT_KERNEL_DATA, %edx
        movl    %edx, %ds
        movl    %edx, %es
        cld
        movl    12(%esp), %eax          /* the partition's stack pointer */
        call    pok_vcpu_resume
        testl   %eax, %eax
        jz      .Lreturn_slowly
        leal    CONTEXT_GS(%eax), %esp
        .cfi_def_cfa esp, FRAME_PROCESSOR + 12
        popl    %gs
        popl    %fs
        popl    %es
        popl    %ds
        popal
        addl    $4, %esp
        iret

.Lreturn_slowly:
        .cfi_def_cfa esp, 12
        subl    $FRAME_PROCESSOR, %esp
        .cfi_adjust_cfa_offset FRAME_PROCESSOR
        xorl    %edx, %edx
        movl    %edx, %fs
        movl    %edx, %gs
        movl    %esp, %eax
        call    pok_vcpu_return
        jmp     pok_trap_leave
        .cfi_endproc
        .size   pok_irq_return_entry, . - pok_irq_return_entry

/*
 * void pok_context_switch(uint32_t *old_sp, uint32_t new_sp)
 * Leaves the registers a function must preserve on the old stack, and takes them from the new one.
 */
        .globl  pok_context_switch
        .type   pok_context_switch, @function
pok_context_switch:
        .cfi_startproc
        movl    4(%esp), %eax
        movl    8(%esp), %edx
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
        movl    %esp, (%eax)
        movl    %edx, %esp
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
        ret
        .cfi_endproc
        .size   pok_context_switch, . - pok_context_switch

        .section .note.GNU-stack, "", @progbits
