/* The kernel of the benchmarks with paging on: every page is mapped to itself, for everybody, so that only the translation is added. */
#define pok_release_init plain_release_init
#include "../../kernel/release.c"
#undef pok_release_init

#define TABLES 16 /* 4 MB each: 64 MB */
#define ENTRIES 1024
#define PRESENT_WRITABLE_USER 7

static uint32_t directory[ENTRIES] __attribute__((aligned(4096)));
static uint32_t tables[TABLES][ENTRIES] __attribute__((aligned(4096)));

void pok_release_init(void)
{
  uint32_t cr0;

  plain_release_init();
  for (uint32_t i = 0; i < TABLES; i++) {
    for (uint32_t j = 0; j < ENTRIES; j++)
      tables[i][j] = (i * ENTRIES + j) << 12 | PRESENT_WRITABLE_USER;
    directory[i] = (uint32_t)tables[i] | PRESENT_WRITABLE_USER;
  }
  __asm__ volatile("mov %0, %%cr3" : : "r"(directory) : "memory");
  __asm__ volatile("mov %%cr0, %0; or $0x80000000, %0; mov %0, %%cr0" : "=&r"(cr0) : : "memory");
}
