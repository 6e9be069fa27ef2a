/* The 8254 timer: channel 0 gives the tick, 1000 times a second, on IRQ 0. */
#pragma once

#define PIT_IRQ 0
#define PIT_TICKS_PER_SECOND 1000

void pok_pit_init(void (*on_tick)(void));
