/* First fit over blocks that lie one behind the other, each with its size before it; neighbours that are free are joined when looked at. */
#include "wkspace.h"
#include <stdbool.h>
#include <stddef.h>

struct block {
  uint32_t size; /* with this header; a multiple of 16 */
  bool used;
  uint32_t unused[2]; /* what follows is 16-byte aligned as well */
};

static struct block *first;
static struct block *end;

static struct block *next_of(const struct block *block)
{
  return (struct block *)((char *)block + block->size);
}

void _Workspace_Initialize(void *start, uint32_t size)
{
  first = start;
  first->size = size & ~15u;
  first->used = false;
  end = next_of(first);
}

static void join_free(struct block *block)
{
  while (next_of(block) < end && !next_of(block)->used)
    block->size += next_of(block)->size;
}

static void split(struct block *block, uint32_t size)
{
  if (block->size - size < 2 * sizeof *block)
    return;

  struct block *rest = (struct block *)((char *)block + size);
  rest->size = block->size - size;
  rest->used = false;
  block->size = size;
}

void *_Workspace_Allocate(uint32_t size)
{
  uint32_t whole = ((size + 15) & ~15u) + sizeof(struct block);

  if (whole < size)
    return NULL;
  for (struct block *block = first; block < end; block = next_of(block)) {
    if (block->used)
      continue;
    join_free(block);
    if (block->size < whole)
      continue;
    split(block, whole);
    block->used = true;
    return block + 1;
  }
  return NULL;
}

void _Workspace_Free(void *memory)
{
  if (memory != NULL)
    ((struct block *)memory - 1)->used = false;
}
