/* The system's deployment.h, completed by what it left out. */
#pragma once
#include "deployment.h"

/* The partition whose system call CONSREAD gets what is typed. */
#ifndef POK_CONFIG_CONSOLE_OWNER
#define POK_CONFIG_CONSOLE_OWNER 0
#endif
