/* The instructions C has no words for. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
  __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

extern bool pok_has_time_stamp; /* set by pok_cpu_init */

void pok_cpu_init(void);

/* The low half of the time-stamp counter; 0 on a processor without one. */
static inline uint32_t time_stamp(void)
{
  uint32_t low = 0;

  if (pok_has_time_stamp)
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
  return low;
}

/* Waits for an interrupt. STI takes effect after the next instruction, so none is lost in between (SDM volume 2, STI). */
static inline void wait_for_interrupt(void)
{
  __asm__ volatile("sti\n\thlt" : : : "memory");
}

/* Stops for good. */
static inline _Noreturn void halt(void)
{
  for (;;)
    __asm__ volatile("cli\n\thlt");
}
