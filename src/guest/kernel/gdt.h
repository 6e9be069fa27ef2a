/* Segmentation: the flat segments of the kernel, one pair per partition, and the TSS that names the kernel stack. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define GDT_KERNEL_CODE 0x08
#define GDT_KERNEL_DATA 0x10
#define GDT_TSS 0x18

/* Partition i has GDT entries 4 + 2i (code) and 5 + 2i (data) at RPL 3: 0x23 and 0x2b, 0x33 and 0x3b, ... */
#define GDT_PARTITION_CODE(i) ((4 + 2 * (i)) * 8 + 3)
#define GDT_PARTITION_DATA(i) ((5 + 2 * (i)) * 8 + 3)

void pok_gdt_init(void);

/* Describes the memory of a partition; it stays unusable (P = 0) until it is enabled. */
void pok_gdt_set_partition(uint32_t partition, uint32_t base, uint32_t size);

/* Only the partition whose slot it is has descriptors with P = 1, so no other can be reached even by a stray selector. */
void pok_gdt_enable_partition(uint32_t partition, bool enable);

/* Where the processor finds the stack when it leaves ring 3. */
void pok_tss_set_kernel_stack(uint32_t esp0);
