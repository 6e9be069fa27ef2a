/* The kinds of work. Each takes the number of the iteration and returns a value that depends on all it did. */
#pragma once
#include <stdint.h>

uint32_t calls_work(uint32_t n);        /* 1: recursion, small functions, calls through pointers */
uint32_t loops_work(uint32_t n);        /* 2: CRC of a buffer bit by bit, a matrix product, list reversal */
uint32_t strings_work(uint32_t n);      /* 3: 256 KB by rep movs, stos, scas and cmps */
uint32_t system_calls_work(uint32_t n); /* 4: 16 round trips through int */
uint32_t segments_work(uint32_t n);     /* 5: 16 times 8 segment loads; see segments.S */
uint32_t floats_work(uint32_t n);       /* 6: products of matrices, roots and conversions by the coprocessor */
