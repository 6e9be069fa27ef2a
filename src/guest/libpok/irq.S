/*
 * Where handlers of interrupts return to. The kernel put this address below the stack pointer of the code it interrupted, as if that
 * had called the handler from here; see struct pok_irq_frame in lib/vcpu.h.
 */
#define SYSCALL_IRQ_RETURN 30

/* Offsets in struct pok_irq_context. */
#define CONTEXT_EDI 24
#define CONTEXT_ESI 28
#define CONTEXT_EBP 32
#define CONTEXT_EBX 40
#define CONTEXT_EDX 44
#define CONTEXT_ECX 48
#define CONTEXT_EAX 52
#define CONTEXT_EIP 60
#define CONTEXT_EFLAGS 68
#define CONTEXT_ESP 72

#define ARGUMENTS 16                    /* between the return address and the context */

        .cfi_sections .debug_frame

/* DWARF 4, 7.23 and 7.7.1: the rules below have no directives of the assembler's. */
#define DW_CFA_DEF_CFA_EXPRESSION 0x0f
#define DW_CFA_EXPRESSION 0x10
#define DW_OP_DEREF 0x06
#define DW_OP_BREG4 0x74                /* ESP plus the number that follows, in LEB128: two bytes here */


/* The caller's register `number` was saved at ESP + `offset`. */
.macro SAVED number, offset
        .cfi_escape DW_CFA_EXPRESSION, \number, 3, DW_OP_BREG4, (\offset) & 0x7f | 0x80, (\offset) >> 7
.endm

/* All registers of the interrupted code, from the context at ESP + `context`. */
.macro INTERRUPTED context
        .cfi_escape DW_CFA_DEF_CFA_EXPRESSION, 4
        .cfi_escape DW_OP_BREG4, (\context + CONTEXT_ESP) & 0x7f | 0x80, (\context + CONTEXT_ESP) >> 7, DW_OP_DEREF
        SAVED   0, \context + CONTEXT_EAX
        SAVED   1, \context + CONTEXT_ECX
        SAVED   2, \context + CONTEXT_EDX
        SAVED   3, \context + CONTEXT_EBX
        SAVED   5, \context + CONTEXT_EBP
        SAVED   6, \context + CONTEXT_ESI
        SAVED   7, \context + CONTEXT_EDI
        SAVED   8, \context + CONTEXT_EIP
        SAVED   9, \context + CONTEXT_EFLAGS
.endm

        .text
        .cfi_startproc simple
        .cfi_signal_frame               /* what was interrupted goes on at its next instruction, not after a call */
        INTERRUPTED ARGUMENTS
        nop                             /* an unwinder looks a caller up by the byte before its return address */
        .globl  pok_irq_return
        .type   pok_irq_return, @function
pok_irq_return:
        addl    $ARGUMENTS, %esp
        INTERRUPTED 0
        movl    $SYSCALL_IRQ_RETURN, %eax
        int     $42
        ud2                             /* it does not come back */
        .cfi_endproc
        .size   pok_irq_return, . - pok_irq_return

        .section .note.GNU-stack, "", @progbits
