/* What the boot loader's command line asks for: "name=number" words; others are ignored. */
#pragma once
#include <stdint.h>

struct pok_options {
  uint32_t frames; /* power off after so many major frames; 0 = run for ever */
  uint32_t lap;    /* milliseconds between the activations of a partition's main thread; 0 = not given */
  uint32_t iters;  /* passed to main(), for programs that count; 0 = not given */
};

extern struct pok_options pok_options;

void pok_options_parse(const char *line);
