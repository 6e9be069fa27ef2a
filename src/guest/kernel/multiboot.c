#include "multiboot.h"

#define MEGABYTE 0x100000
#define AVAILABLE 1

/* An entry of the memory map; `size` does not count itself. */
struct region {
  uint32_t size;
  uint64_t base, length;
  uint32_t type;
} __attribute__((packed));

/* Some loaders, v86 among them, give the map alone. */
uint32_t pok_multiboot_memory_end(const struct multiboot_info *info)
{
  if (info->flags & MULTIBOOT_INFO_MEMORY)
    return MEGABYTE + info->mem_upper * 1024;
  if ((info->flags & MULTIBOOT_INFO_MEMORY_MAP) == 0)
    return MEGABYTE;

  uint32_t at = info->mmap_addr, end = info->mmap_addr + info->mmap_length;
  while (at < end) {
    const struct region *region = (const struct region *)at;

    if (region->type == AVAILABLE && region->base <= MEGABYTE && region->base + region->length > MEGABYTE)
      return (uint32_t)(region->base + region->length);
    at += region->size + sizeof region->size;
  }
  return MEGABYTE;
}

const char *pok_multiboot_command_line(const struct multiboot_info *info)
{
  return info->flags & MULTIBOOT_INFO_CMDLINE ? (const char *)info->cmdline : "";
}
