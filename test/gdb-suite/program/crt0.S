/*
 * From the multiboot entry to main in ring 3: GDT with two descriptors of the program's own, IDT, TSS, x87. The program ends by writing its
 * status to the debug-exit port; an exception that no debugger keeps from it ends it with 128 and the signal's number, as in a shell.
 */
	.set	DEBUG_EXIT, 0xf4
	.set	KERNEL_CODE, 0x08
	.set	KERNEL_DATA, 0x10
	.set	PROGRAM_CODE, 0x18 + 3
	.set	PROGRAM_DATA, 0x20 + 3
	.set	TSS, 0x28
	.set	VECTORS, 32
	.set	SYSTEM_CALL, 0x80

	.section .multiboot,"a"
	.align 4
	.long 0x1badb002, 0, -0x1badb002

	.section .boot,"ax"
	.globl _boot
_boot:
	cli
	movl	$kernel_stack, %esp
	movl	$gdt_code, %edi
	movl	$program_base, %eax
	call	set_base
	movl	$gdt_data, %edi
	movl	$program_base, %eax
	call	set_base
	movl	$gdt_tss, %edi
	movl	$tss, %eax
	call	set_base
	lgdt	gdtr
	ljmp	$KERNEL_CODE, $1f
1:	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$kernel_stack, tss + 4
	movl	$KERNEL_DATA, tss + 8
	movl	$TSS, %eax
	ltr	%ax

	/* A gate for each exception, open to ring 3 for int3's sake. */
	movl	$idt, %edi
	movl	$entries, %eax
	movl	$VECTORS, %ecx
2:	movw	%ax, (%edi)
	movw	$KERNEL_CODE, 2(%edi)
	movw	$0xee00, 4(%edi)
	movl	%eax, %edx
	shrl	$16, %edx
	movw	%dx, 6(%edi)
	addl	$8, %edi
	addl	$8, %eax
	loop	2b

	/* int 0x80, which some programs use to have something to step over: it does nothing. */
	movl	$system_call, %eax
	movw	%ax, idt + SYSTEM_CALL * 8
	movw	$KERNEL_CODE, idt + SYSTEM_CALL * 8 + 2
	movw	$0xee00, idt + SYSTEM_CALL * 8 + 4
	shrl	$16, %eax
	movw	%ax, idt + SYSTEM_CALL * 8 + 6
	lidt	idtr

	/* Errors of the x87 as exceptions (NE), no emulation. */
	movl	%cr0, %eax
	andl	$~0x0c, %eax
	orl	$0x22, %eax
	movl	%eax, %cr0
	fninit

	movl	$PROGRAM_DATA, %eax
	pushl	%eax
	pushl	$__stack_top
	pushl	$0x3002			/* IOPL 3: the console and the exit are ports */
	pushl	$PROGRAM_CODE
	pushl	$_start
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	iret

	/* The base of the descriptor at edi becomes eax. */
set_base:
	movw	%ax, 2(%edi)
	shrl	$16, %eax
	movb	%al, 4(%edi)
	movb	%ah, 7(%edi)
	ret

	.balign 8
entries:
	.set	vector, 0
	.rept	VECTORS
	.balign 8
	pushl	$vector
	jmp	died
	.set	vector, vector + 1
	.endr

system_call:
	iret

died:
	popl	%ebx
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movzbl	statuses(%ebx), %eax
	outl	%eax, $DEBUG_EXIT
3:	hlt
	jmp	3b

	/* SIGFPE, SIGTRAP, SIGILL and SIGBUS by vector; SIGSEGV for what is left. */
statuses:
	.byte	136, 133, 139, 133, 139, 139, 132, 139, 139, 139, 139, 139, 139, 139, 139, 139
	.byte	136, 135, 139, 139, 139, 139, 139, 139, 139, 139, 139, 139, 139, 139, 139, 139

	.section .boot_data,"aw"
	.balign 8
gdt:	.quad 0
	.quad 0x00cf9a000000ffff
	.quad 0x00cf92000000ffff
gdt_code:
	.word	program_pages, 0
	.byte	0, 0xfa, 0xc0, 0
gdt_data:
	.word	program_pages, 0
	.byte	0, 0xf2, 0xc0, 0
gdt_tss:
	.quad	0x0000890000000067
gdtr:	.word	gdtr - gdt - 1
	.long	gdt
idtr:	.word	(SYSTEM_CALL + 1) * 8 - 1
	.long	idt

	.balign 16
idt:	.space	(SYSTEM_CALL + 1) * 8
tss:	.space	104
	.balign 16
	.space	2048
kernel_stack:

	.section .entry,"ax"
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip
	xorl	%ebp, %ebp
	andl	$-16, %esp
	subl	$4, %esp
	pushl	$environ
	pushl	$arguments
	pushl	$1
	call	__libc_init
	call	main
	movl	%eax, (%esp)
	call	exit
	hlt
	.cfi_endproc
	.size	_start, . - _start

	.data
arguments:
	.long	name, 0
	.globl	environ
environ:
	.long	0
name:	.asciz	"a.out"

	.text
	.globl	_exit
	.type	_exit, @function
_exit:	movl	4(%esp), %eax
	outl	%eax, $DEBUG_EXIT
4:	jmp	4b
	.size	_exit, . - _exit

	.globl	setjmp, _setjmp
	.type	setjmp, @function
setjmp:
_setjmp:
	movl	4(%esp), %eax
	movl	%ebx, (%eax)
	movl	%esi, 4(%eax)
	movl	%edi, 8(%eax)
	movl	%ebp, 12(%eax)
	leal	4(%esp), %ecx
	movl	%ecx, 16(%eax)
	movl	(%esp), %ecx
	movl	%ecx, 20(%eax)
	xorl	%eax, %eax
	ret
	.size	setjmp, . - setjmp

	.globl	longjmp, _longjmp
	.type	longjmp, @function
longjmp:
_longjmp:
	movl	4(%esp), %edx
	movl	8(%esp), %eax
	testl	%eax, %eax
	jnz	5f
	incl	%eax
5:	movl	(%edx), %ebx
	movl	4(%edx), %esi
	movl	8(%edx), %edi
	movl	12(%edx), %ebp
	movl	16(%edx), %esp
	jmp	*20(%edx)
	.size	longjmp, . - longjmp
	.section .note.GNU-stack,"",@progbits
