/* Threads that wait for something with a time-out. What they wait for is told apart by its address, and need not know who waits. */
#pragma once
#include "thread.h"

/*
 * The current thread waits until somebody wakes it (the result is what that one says) or until `timeout` milliseconds have passed
 * (POK_ERRNO_TIMEOUT, at once if it is 0). `buffer` and `length` are for whoever wakes it; `length` comes back as that one leaves it.
 */
pok_ret_t pok_wait(const void *object, uint32_t timeout, void *buffer, uint32_t *length);

/* Who is next among those that wait for `object`; IDLE_THREAD if nobody does. */
uint32_t pok_wait_first(const void *object, uint32_t discipline);
uint32_t pok_wait_count(const void *object);

void pok_wait_wake(uint32_t id, pok_ret_t result);
void pok_wait_wake_all(const void *object, pok_ret_t result);
