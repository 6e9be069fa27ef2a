/* The CPU-sensitive half: on bare hardware these would be cli, sti, pushf and hlt. */
#pragma once
#include "virtualizationlayercpu.h"
#include <stdint.h>

typedef uint32_t ISR_Level;

/* Level 0 lets interrupts in. A section that is entered disabled is left disabled. */
#define _CPU_ISR_Disable(level) _CPU_Virtual_Interrupts_disable(level)
#define _CPU_ISR_Enable(level) _CPU_Virtual_Interrupts_enable((int)(level))
#define _CPU_ISR_Flash(level) _CPU_Virtual_Interrupts_flash((int)(level))

static inline ISR_Level _CPU_ISR_Get_level(void)
{
  return (ISR_Level)(_CPU_Virtual_Interrupts_get_level)(0);
}

static inline void _CPU_ISR_Set_level(ISR_Level level)
{
  if (level == 0)
    _CPU_Virtual_Interrupts_open();
  else if (_CPU_ISR_Get_level() == 0)
    _CPU_Virtual_Interrupts_close();
}

#define _CPU_Fatal_halt(error) _CPU_Virtual_exec_stop_error((int)(error))
#define _CPU_Thread_Idle_body() _CPU_Virtual_idle_thread()
