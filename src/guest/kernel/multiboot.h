/* The part of the multiboot information the kernel reads (Multiboot Specification 0.6.96, 3.3). */
#pragma once
#include <stdint.h>

#define MULTIBOOT_BOOTLOADER_MAGIC 0x2badb002
#define MULTIBOOT_INFO_MEMORY (1u << 0)
#define MULTIBOOT_INFO_CMDLINE (1u << 2)
#define MULTIBOOT_INFO_MEMORY_MAP (1u << 6)

struct multiboot_info {
  uint32_t flags;
  uint32_t mem_lower; /* KB from 0 */
  uint32_t mem_upper; /* KB from 1 MB */
  uint32_t boot_device;
  uint32_t cmdline; /* physical address of a string */
  uint32_t mods_count, mods_addr;
  uint32_t symbols[4];
  uint32_t mmap_length, mmap_addr;
};

/* The end of the memory that begins at 1 MB; 1 MB itself if the loader does not tell. */
uint32_t pok_multiboot_memory_end(const struct multiboot_info *info);

/* What the user asked for, or "". */
const char *pok_multiboot_command_line(const struct multiboot_info *info);
