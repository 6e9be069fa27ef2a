/* The end of the machine. */
#pragma once

_Noreturn void pok_power_off(void);
