/* The processes of the first partition. */
#pragma once
#include "common.h"

/* Orders: a periodic process gives them, another one logs them. */
void orders_create(void);
/* Waits until all have been given and logged; what was on the blackboard last. */
void orders_finish(void);
void orders_stop_plant(void);

/* Errors: processes that fail, and the handler. */
void errors_create(void);
void errors_show(void);
