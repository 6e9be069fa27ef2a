/* What the three partitions know of their ports. */
#pragma once
#include "libpok.h"

#define ALTITUDE_SIZE 32
#define WORD_SIZE 8
#define RECORD_SIZE 32
#define RECORDS 3

/* Milliseconds. A message is fresh long enough to be read at once, on any machine. */
#define REFRESH 500
#define TOO_LONG (2 * REFRESH)

/* Opens one, or says why that is not possible. */
uint32_t open_sampling(const char *who, const char *name, pok_port_direction_t direction);
uint32_t open_queue(const char *who, const char *name, uint32_t size, uint32_t messages, pok_port_direction_t direction);

void send_text(uint32_t queue, const char *text);
/* Waits for a message. */
void receive_text(uint32_t queue, char *text, uint32_t size);
/* The length with the NUL. */
uint32_t size_of(const char *text);

const char *why(pok_ret_t result);
