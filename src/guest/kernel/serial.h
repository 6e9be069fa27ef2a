/* COM1, a 16550. Output waits for the line; input comes by interrupt. */
#pragma once
#include <stdint.h>

#define SERIAL_IRQ 4

void pok_serial_init(void);
void pok_serial_put(char c);

/* Begins to take down what is typed. */
void pok_serial_listen(void);
/* Moves at most `size` bytes of it to `text`; returns how many. */
uint32_t pok_serial_take(char *text, uint32_t size);
