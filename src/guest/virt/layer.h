/* Between the two halves of the layer. */
#pragma once
#include <stdint.h>

/* How many of the guest's ticks are due after so many more of the host's. */
uint32_t virt_clock_due(uint32_t host_ticks);

void virt_console_flush(void);
