# uint32_t segments_work(uint32_t n): 16 times 8 loads of segment registers: pop, mov, les, lfs, and a far call with its far return.
        .text
        .globl  segments_work
        .type   segments_work, @function
segments_work:
        push    %esi
        push    %edi
        push    %es
        push    %fs
        mov     $16, %esi
        mov     %ds, %eax
        mov     %ax, pointer + 4
        mov     %cs, %ecx
        mov     %cx, far_target + 4
1:      push    %ds
        pop     %es
        mov     %eax, %fs
        mov     %eax, %es
        les     pointer, %edi
        lfs     pointer, %edi
        mov     %eax, %ds
        lcall   *far_target
        dec     %esi
        jnz     1b
        pop     %fs
        pop     %es
        mov     %edi, %eax
        add     12(%esp), %eax
        pop     %edi
        pop     %esi
        ret
2:      lret
        .data
pointer:
        .long   0x1234
        .word   0
        .balign 4
far_target:
        .long   2b
        .word   0
        .section .note.GNU-stack, "", @progbits
