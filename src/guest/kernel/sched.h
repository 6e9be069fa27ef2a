/*
 * Two schedulers, one in the other (ARINC 653 part 1, 2.3): partitions have fixed slots in a major frame that repeats for ever; within
 * its slot a partition's threads run by priority.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

extern uint64_t pok_tick;            /* milliseconds since the timer was started */
extern uint32_t pok_frames;          /* major frames completed */
extern uint32_t pok_current_thread;  /* index in pok_threads */
extern uint32_t pok_current_partition; /* whose slot it is */

/* Set when another thread may deserve the processor: interrupts ask the scheduler only then. */
extern bool pok_sched_due;

/* Starts the timer and the first slot. The caller becomes the idle thread. */
_Noreturn void pok_sched_start(void);

/* The timer interrupt, up to where threads are switched. */
void pok_sched_tick(void);

/* Gives the processor to the thread that deserves it now; returns when the calling thread does. */
void pok_sched(void);

/* The present slot, in ticks. */
uint64_t pok_sched_slot_begin(void);
uint64_t pok_sched_slot_end(void);

/* Milliseconds a partition has in each major frame, and those of the frame. */
uint32_t pok_sched_duration(uint32_t partition);
uint32_t pok_sched_major_frame(void);
