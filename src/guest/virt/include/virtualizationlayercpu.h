/*
 * The virtualization layer between RTEMS and its host, CPU half: what a guest must not do itself. Names and types are those of the
 * project of 2013, so that its RTEMS tree links; where its two sides had different names for one thing, there are both.
 *
 * Levels: 0 delivers interrupts, anything above holds them back. Disabling returns what enabling takes to go back to the level there was;
 * it is for nothing else.
 */
#ifndef RTEMS_VIRT_LAYER_CPU_H
#define RTEMS_VIRT_LAYER_CPU_H

#ifndef ASM

/* Asks for an interrupt line (0 to 15), which then arrives at C_dispatch_isr. 0, or -1 if the host refuses. */
int _CPU_Virtual_Irq_request(int vector);

/* Gives a line back. */
void _CPU_Virtual_Irq_detach(int vector);

/* Goes back to where a call that disabled has come from; without what that returned, to one level less than now. */
void _CPU_Virtual_Interrupts_enable(int _level);

/* Holds interrupts back. The argument is not looked at. */
int _CPU_Virtual_Interrupts_disable(int _level);

/* Lets in what waits, and holds interrupts back again. */
void _CPU_Virtual_Interrupts_flash(int _level);

/* The present level. The argument is not looked at. */
int _CPU_Virtual_Interrupts_get_level(int _level);

/* Level 0, whatever it was; and one up. */
void _CPU_Virtual_Interrupts_open(void);
void _CPU_Virtual_Interrupts_close(void);

/* Gives the processor back to the host until there is an interrupt to deliver, again and again. */
void _CPU_Virtual_idle_thread(void) __attribute__((noreturn));
void _CPU_Virtual_Idle_thread(void) __attribute__((noreturn));

/* Ends the guest: the host stops its partition and reports the code. */
void _CPU_Virtual_exec_stop_error(int _error) __attribute__((noreturn));
void _CPU_Virtual_Stop_with_error(int _error) __attribute__((noreturn));

/*
 * The tree of 2013 calls disable and get_level as statements and drops what they return, though it hands in the variable meant to
 * receive it. These put it there. A function's name in parentheses is not replaced.
 */
#define _CPU_Virtual_Interrupts_disable(_level) ((_level) = (_CPU_Virtual_Interrupts_disable)(0))
#define _CPU_Virtual_Interrupts_get_level(_level) ((_level) = (_CPU_Virtual_Interrupts_get_level)(0))

/*
 * What the guest provides. C_dispatch_isr handles one occurrence of an interrupt; for vector 0, one tick of the guest's clock. It is
 * called with interrupts held back. When all occurrences are handled and acknowledged, _CPU_Virtual_Isr_exit is called if the guest has
 * it: the place to change threads.
 */
void C_dispatch_isr(int vector);
void _CPU_Virtual_Isr_exit(void) __attribute__((weak));

#endif /* ASM */

#endif
