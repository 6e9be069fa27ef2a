/* The tests of the first partition: what each does before NORMAL, and in its main process. */
#pragma once
#include "../apex.h"

#define BYTES(text) ((MESSAGE_ADDR_TYPE)(uintptr_t)(text))

void processes_before(void);
void processes_in_normal(void);
void objects_before(void);
void objects_in_normal(void);
void ports_before(void);
void ports_in_normal(void);

/* A process of the greatest priority that makes the call it is given, when it is started. */
void helper_does(void (*action)(void));
bool helper_is_done(void);
