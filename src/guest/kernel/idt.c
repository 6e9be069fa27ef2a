#include "gdt.h"
#include "pok.h"
#include "trap.h"

#define VECTORS 64
#define BUILT_IN 48 /* exceptions, and two interrupt controllers of 8 lines */

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

extern const uint32_t pok_trap_entries[BUILT_IN];

static void set_gate(uint32_t vector, uint32_t entry)
{
  idt[vector] = (struct gate){
      .offset_low = entry & 0xffff,
      .selector = GDT_KERNEL_CODE,
      .access = ACCESS_INTERRUPT_GATE,
      .offset_high = entry >> 16,
  };
}

/* The limit ends behind the last gate there is, so that others' numbers are errors of whoever names them. */
static void load_idt(uint32_t gates)
{
  struct {
    uint16_t limit;
    uint32_t base;
  } __attribute__((packed)) idtr = {(uint16_t)(gates * sizeof idt[0] - 1), (uint32_t)idt};

  __asm__ volatile("lidt %0" : : "m"(idtr));
}

bool pok_idt_set_gate(uint32_t vector, uint32_t entry)
{
  if (vector < BUILT_IN || vector >= VECTORS)
    return false;
  set_gate(vector, entry);
  load_idt(VECTORS);
  return true;
}

void pok_idt_init(void)
{
  for (uint32_t vector = 0; vector < BUILT_IN; vector++)
    set_gate(vector, pok_trap_entries[vector]);
  /* The only gate ring 3 may name in an INT instruction; any other would let a partition forge interrupts. */
  idt[POK_SYSCALL_VECTOR].access |= ACCESS_RING3;
  load_idt(BUILT_IN);
}
