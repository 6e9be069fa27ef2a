/* The timer at ten times its usual rate. */
#include "pit.h"
#undef PIT_TICKS_PER_SECOND
#define PIT_TICKS_PER_SECOND 10000
#include "../../kernel/pit.c"
