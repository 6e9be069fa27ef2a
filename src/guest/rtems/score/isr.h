/* Interrupts as the executive sees them: after the virtualization layer, before the handlers that were installed. */
#pragma once
#include <stdint.h>

#define ISR_VECTORS 16

extern volatile uint32_t _ISR_Nest_level;
