/* The 80 x 25 colour text screen. */
#pragma once

void pok_vga_init(void);
void pok_vga_put(char c);
