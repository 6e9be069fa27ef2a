#include "loader.h"
#include "pok.h"
#include "string.h"
#include "trap.h"

/* ELF (System V ABI, chapters 4 and 5): the members the loader needs. */
struct elf_header {
  uint8_t ident[16];
  uint16_t type, machine;
  uint32_t version, entry, phoff, shoff, flags;
  uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_program_header {
  uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define PT_LOAD 1

/* Written by the build: the files, each padded to 4 bytes, and their sizes with the padding. */
extern const uint8_t __archive2_begin[];
extern const uint32_t part_sizes[];

static void load_segment(const uint8_t *file, uint32_t file_size, const struct elf_program_header *segment, uint32_t base, uint32_t size)
{
  if (segment->offset > file_size || segment->filesz > file_size - segment->offset || segment->filesz > segment->memsz)
    pok_panic("partition file is truncated");
  if (segment->vaddr > size || segment->memsz > size - segment->vaddr)
    pok_panic("partition is larger than its memory");
  memcpy((void *)(base + segment->vaddr), file + segment->offset, segment->filesz);
}

uint32_t pok_loader_load_partition(uint32_t index, uint32_t base, uint32_t size)
{
  const uint8_t *file = __archive2_begin;

  for (uint32_t i = 0; i < index; i++)
    file += part_sizes[i];

  const struct elf_header *header = (const struct elf_header *)file;
  uint32_t file_size = part_sizes[index];

  if (file_size < sizeof *header || memcmp(header->ident, "\177ELF", 4) != 0)
    pok_panic("partition is not an ELF file");
  if (header->phoff > file_size || header->phnum * sizeof(struct elf_program_header) > file_size - header->phoff)
    pok_panic("partition file is truncated");

  /* Everything no segment covers is zero: .bss, the stacks, and what an earlier system may have left there. */
  memset((void *)base, 0, size);
  const struct elf_program_header *segments = (const struct elf_program_header *)(file + header->phoff);
  for (uint32_t i = 0; i < header->phnum; i++)
    if (segments[i].type == PT_LOAD)
      load_segment(file, file_size, &segments[i], base, size);
  return header->entry;
}
