/* Loads the partitions' ELF files, which lie one after the other in the kernel image. */
#pragma once
#include <stdint.h>

/* Copies partition `index` to `base`, checks it against `size`, and returns its entry point, an offset. Panics on a bad file. */
uint32_t pok_loader_load_partition(uint32_t index, uint32_t base, uint32_t size);
