/* Health monitoring: what becomes of a partition in which something went wrong. */
#pragma once
#include "pok.h"
#include "trap.h"

/* What kind of error an exception of a partition is. */
pok_error_kind_t pok_error_kind_of(uint32_t vector);

/* The current thread has failed: by an exception, or (vector POK_IRQ_NONE) by something it asked for. Whatever becomes of it, has begun. */
void pok_error_partition(pok_error_kind_t kind, uint32_t vector, const struct pok_frame *frame, const char *text);

/* The current thread says itself that something is wrong. */
void pok_error_application(const char *text, uint32_t length);

/* A thread has overrun its time. Called by the timer: threads are not switched here. */
void pok_error_overrun(uint32_t thread);

/* The handler takes the oldest error; POK_ERRNO_EMPTY if there is none. */
pok_ret_t pok_error_get(uint32_t partition, pok_error_status_t *status);

/* The partition's handler has stopped: it begins anew if there is more to do. */
void pok_error_handler_done(uint32_t partition);

void pok_error_reset(uint32_t partition);
