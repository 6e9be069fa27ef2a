/* Health monitoring: what becomes of a partition in which something went wrong. */
#pragma once
#include "pok.h"
#include "trap.h"

/* What kind of error an exception of a partition is. */
pok_error_kind_t pok_error_kind_of(uint32_t vector);

/* The current thread has failed. Returns only if that is to be ignored. */
void pok_error_partition(pok_error_kind_t kind, uint32_t vector, const struct pok_frame *frame, const char *text);
