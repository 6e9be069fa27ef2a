/* The kinds of work. Each takes the number of the iteration and returns a value that depends on all it did. */
#pragma once
#include <stdint.h>

uint32_t list_work(uint32_t n);
uint32_t matrix_work(uint32_t n);
uint32_t scan_work(uint32_t n);

/* CRC-16 (reflected 0x8005) of the 32 bits of `value`, added to `crc`. */
uint16_t crc16(uint16_t crc, uint32_t value);
