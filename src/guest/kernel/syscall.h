/* The services partitions ask for by int 42. */
#pragma once
#include "trap.h"

void pok_syscall(struct pok_frame *frame);
