/*
 * The x87, which belongs to one thread at a time. It is taken from its owner only when another thread uses it: that raises #NM, since
 * CR0.TS is set while the current thread is not the owner (SDM volume 3, 2.5).
 */
#pragma once
#include "config.h"
#include "sched.h"
#include <stdbool.h>
#include <stdint.h>

#define POK_FPU_IMAGE 108 /* FNSAVE in protected mode, 32 bits */

extern bool pok_fpu_used[POK_CONFIG_NB_THREADS]; /* the thread has a state: in the x87 if it is the owner, else in memory */

void pok_fpu_init(void);

/* Another thread is about to run. */
void pok_fpu_switch(uint32_t thread);

/* #NM: the current thread uses the x87. */
void pok_fpu_not_available(void);

/* A thread begins anew, with the x87 as if initialised. */
void pok_fpu_forget(uint32_t thread);

/* Has the current thread used it? */
static inline bool pok_fpu_is_used(void)
{
  return pok_fpu_used[pok_current_thread];
}

/* Moves the current thread's state to `image` (108 bytes) and leaves it with an initialised x87; false if it had not used it. */
bool pok_fpu_take(uint8_t *image);

/* The current thread goes on with the state in `image`; null = initialised. */
void pok_fpu_give(const uint8_t *image);
