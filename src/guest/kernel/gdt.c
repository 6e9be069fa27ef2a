#include "gdt.h"

/* Segment descriptor (SDM volume 3, 3.4.5). */
struct descriptor {
  uint16_t limit_low;
  uint16_t base_low;
  uint8_t base_middle;
  uint8_t access;
  uint8_t limit_high_and_flags;
  uint8_t base_high;
};

#define ACCESS_PRESENT 0x80
#define ACCESS_RING3 0x60
#define ACCESS_CODE 0x1a /* execute, read */
#define ACCESS_DATA 0x12 /* read, write */
#define ACCESS_TSS 0x09
#define FLAG_GRANULARITY 0x80
#define FLAG_32BIT 0x40

/* 32-bit TSS (SDM volume 3, 8.2.1). Tasks are switched in software: only esp0, ss0 and the I/O map base are ever looked at. */
struct tss {
  uint32_t link;
  uint32_t esp0, ss0, esp1, ss1, esp2, ss2;
  uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
  uint32_t es, cs, ss, ds, fs, gs, ldt;
  uint16_t trap, io_map_base;
};

struct descriptor pok_gdt[256] __attribute__((aligned(8)));
struct tss pok_tss;

static void describe(uint32_t index, uint32_t base, uint32_t size, uint8_t access, uint8_t flags)
{
  uint32_t limit = size - 1;

  /* A limit has 20 bits: bytes up to 1 MB, 4 KB pages beyond, which needs a size in whole pages. size = 0 stands for 4 GB. */
  if (limit > 0xfffff) {
    limit >>= 12;
    flags |= FLAG_GRANULARITY;
  }
  pok_gdt[index] = (struct descriptor){
      .limit_low = limit & 0xffff,
      .base_low = base & 0xffff,
      .base_middle = base >> 16 & 0xff,
      .access = access,
      .limit_high_and_flags = (uint8_t)(limit >> 16 | flags),
      .base_high = base >> 24,
  };
}

static void load_gdt(void)
{
  struct {
    uint16_t limit;
    uint32_t base;
  } __attribute__((packed)) gdtr = {sizeof pok_gdt - 1, (uint32_t)pok_gdt};

  /* Segment registers keep their old descriptors until they are loaded anew; CS by a far return. */
  __asm__ volatile("lgdt %0\n\t"
                   "pushl %1\n\t"
                   "pushl $1f\n\t"
                   "lret\n"
                   "1:\n\t"
                   "movl %2, %%ds\n\t"
                   "movl %2, %%es\n\t"
                   "movl %2, %%ss\n\t"
                   "movl %3, %%fs\n\t"
                   "movl %3, %%gs"
                   :
                   : "m"(gdtr), "i"(GDT_KERNEL_CODE), "r"(GDT_KERNEL_DATA), "r"(0)
                   : "memory");
}

void pok_gdt_init(void)
{
  describe(GDT_KERNEL_CODE / 8, 0, 0, ACCESS_PRESENT | ACCESS_CODE, FLAG_32BIT);
  describe(GDT_KERNEL_DATA / 8, 0, 0, ACCESS_PRESENT | ACCESS_DATA, FLAG_32BIT);
  load_gdt();

  pok_tss.ss0 = GDT_KERNEL_DATA;
  pok_tss.io_map_base = sizeof pok_tss; /* beyond the limit: ring 3 has no ports */
  describe(GDT_TSS / 8, (uint32_t)&pok_tss, sizeof pok_tss, ACCESS_PRESENT | ACCESS_TSS, 0);
  __asm__ volatile("ltr %w0" : : "r"(GDT_TSS));
}

void pok_gdt_set_partition(uint32_t partition, uint32_t base, uint32_t size)
{
  describe(GDT_PARTITION_CODE(partition) / 8, base, size, ACCESS_RING3 | ACCESS_CODE, FLAG_32BIT);
  describe(GDT_PARTITION_DATA(partition) / 8, base, size, ACCESS_RING3 | ACCESS_DATA, FLAG_32BIT);
}

void pok_gdt_enable_partition(uint32_t partition, bool enable)
{
  struct descriptor *pair = &pok_gdt[GDT_PARTITION_CODE(partition) / 8];

  for (int i = 0; i < 2; i++)
    pair[i].access = (uint8_t)(enable ? pair[i].access | ACCESS_PRESENT : pair[i].access & ~ACCESS_PRESENT);
}

void pok_tss_set_kernel_stack(uint32_t esp0)
{
  pok_tss.esp0 = esp0;
}
