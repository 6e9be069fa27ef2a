/* The virtualization layer between RTEMS and its host, board half. See virtualizationlayercpu.h about the names. */
#ifndef RTEMS_VIRT_LAYER_BSP_H
#define RTEMS_VIRT_LAYER_BSP_H

/* 0: there is a console to write to. */
int _BSP_Virtual_Console_init(void);

/* One character that was typed, or -1 if there is none, or if the console's input goes to another partition. Never waits. */
char _BSP_Virtual_Char_read(void);
int _BSP_Virtual_Console_read(void);

/* One character: the one that `c` points to. Lines go to the host whole, at their end or when a character is asked for. */
void _BSP_Virtual_Char_write(char *c);
void _BSP_Virtual_Console_write(char c);

/* Sends an unfinished line to the host. */
void _BSP_Virtual_Console_flush(void);

/* The host's clock: 0 if it ticks. Then how often the guest wants C_dispatch_isr(0), in Hz: 100 unless set. */
int _BSP_Virtual_Clock_init(void);
void _BSP_Virtual_Clock_set_rate(unsigned int hertz);

/* Milliseconds since the machine was started. */
int _BSP_Virtual_Clock_read(void);

/* Called by the guest in place of its own exception handlers: what the host says has failed last; -1 if nothing has. */
int _BSP_Virtual_faulthandler(void);

/* Memory for the guest's workspace: how many bytes, from _BSP_Virtual_getworkspacestart() on. */
int _BSP_Virtual_getworkspacearea(void);
void *_BSP_Virtual_getworkspacestart(void);

#endif
