#include "cpu.h"

#define EFLAGS_ID (1 << 21)
#define CPUID_TSC (1 << 4)

bool pok_has_time_stamp;

/* A processor that lets EFLAGS.ID be changed has CPUID (SDM volume 1, 20.1.2); a 386 and early 486s do not. */
static bool has_cpuid(void)
{
  uint32_t before, after;

  __asm__ volatile("pushfl\n\t"
                   "popl %0\n\t"
                   "movl %0, %1\n\t"
                   "xorl %2, %1\n\t"
                   "pushl %1\n\t"
                   "popfl\n\t"
                   "pushfl\n\t"
                   "popl %1"
                   : "=&r"(before), "=&r"(after)
                   : "i"(EFLAGS_ID));
  return ((before ^ after) & EFLAGS_ID) != 0;
}

void pok_cpu_init(void)
{
  uint32_t eax = 1, features;

  if (!has_cpuid())
    return;
  __asm__ volatile("cpuid" : "+a"(eax), "=d"(features) : : "ebx", "ecx");
  pok_has_time_stamp = (features & CPUID_TSC) != 0;
}
