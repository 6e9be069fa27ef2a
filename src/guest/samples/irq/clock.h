/* A clock that both partitions keep by their own handler: no tick may be missing from it. */
#pragma once
#include "irq.h"
#include "libpok.h"

#define CLOCK 0

extern volatile uint32_t clock_ticks;

void clock_start(void);

/* Prints whether all ticks since then were counted. */
void clock_report(const char *who);
