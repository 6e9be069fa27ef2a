#include "gdt.h"
#include "pok.h"
#include "trap.h"

#define VECTORS 48 /* exceptions, and two interrupt controllers of 8 lines */

/* Interrupt gate (SDM volume 3, 6.11): the processor clears IF on the way in. */
struct gate {
  uint16_t offset_low;
  uint16_t selector;
  uint8_t zero;
  uint8_t access;
  uint16_t offset_high;
};

#define ACCESS_INTERRUPT_GATE 0x8e
#define ACCESS_RING3 0x60

static struct gate idt[VECTORS] __attribute__((aligned(8)));

extern const uint32_t pok_trap_entries[VECTORS];

void pok_idt_init(void)
{
  struct {
    uint16_t limit;
    uint32_t base;
  } __attribute__((packed)) idtr = {sizeof idt - 1, (uint32_t)idt};

  for (uint32_t vector = 0; vector < VECTORS; vector++) {
    uint32_t entry = pok_trap_entries[vector];

    idt[vector] = (struct gate){
        .offset_low = entry & 0xffff,
        .selector = GDT_KERNEL_CODE,
        .access = ACCESS_INTERRUPT_GATE,
        .offset_high = entry >> 16,
    };
  }
  /* The only gate ring 3 may name in an INT instruction; any other would let a partition forge interrupts. */
  idt[POK_SYSCALL_VECTOR].access |= ACCESS_RING3;
  __asm__ volatile("lidt %0" : : "m"(idtr));
}
