/* Things to be done at a clock tick to come. */
#pragma once
#include "chain.h"
#include <stdint.h>

typedef void (*Watchdog_Service_routine)(void *argument);

typedef struct {
  Chain_Node node; /* of those that run, in the order of their times */
  uint32_t delta;  /* ticks behind the one before it */
  bool active;
  Watchdog_Service_routine routine;
  void *argument;
} Watchdog_Control;

void _Watchdog_Handler_initialization(void);

/* Calls the routine in `ticks`, at least 1, from the clock's interrupt. Interrupts are held back by the caller. */
void _Watchdog_Insert(Watchdog_Control *watchdog, uint32_t ticks, Watchdog_Service_routine routine, void *argument);
void _Watchdog_Remove(Watchdog_Control *watchdog);

/* One tick has passed. */
void _Watchdog_Tickle(void);
