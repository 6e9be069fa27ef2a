/* The layer as a tree has it that was never told of our headers: interrupt calls give nothing back. */
int _CPU_Virtual_Irq_request(int vector);
void _CPU_Virtual_Irq_detach(int vector);
void _CPU_Virtual_Interrupts_enable(int level);
void _CPU_Virtual_Interrupts_disable(int level);
void _CPU_Virtual_Interrupts_flash(int level);
int _CPU_Virtual_Interrupts_get_level(int level);
void _CPU_Virtual_Interrupts_open(void);
void _CPU_Virtual_Interrupts_close(void);
void _CPU_Virtual_Idle_thread(void);
void _CPU_Virtual_Stop_with_error(int error);
int _BSP_Virtual_Console_init(void);
char _BSP_Virtual_Char_read(void);
void _BSP_Virtual_Char_write(char *c);
int _BSP_Virtual_Clock_init(void);
int _BSP_Virtual_Clock_read(void);
int _BSP_Virtual_faulthandler(void);
int _BSP_Virtual_getworkspacearea(void);
