/* COM1, a 16550 used without interrupts. */
#pragma once

void pok_serial_init(void);
void pok_serial_put(char c);
