/* When a partition's main thread is activated. */
#pragma once
#include <stdint.h>

/* Reads the command line's frames= and lap=; before any other of these. */
void pok_release_init(void);

/* Milliseconds between two activations. */
uint32_t pok_release_period(void);

/* At the begin of a slot: activates the partition's main thread if that is due. */
void pok_release(uint32_t partition);

/* The main thread of a partition waits for its next activation. */
void pok_release_wait(uint32_t partition);

/* Powers off when the frames of the command line have passed. */
void pok_release_end_of_frame(void);
