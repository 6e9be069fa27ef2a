#include "error.h"
#include "console.h"
#include "partition.h"
#include "sched.h"
#include "vcpu.h"

#define DIVIDE_ERROR 0
#define OVERFLOW 4
#define BOUND 5
#define FPU_ERROR 16

pok_error_kind_t pok_error_kind_of(uint32_t vector)
{
  switch (vector) {
  case DIVIDE_ERROR:
  case OVERFLOW:
  case BOUND:
  case FPU_ERROR:
    return POK_ERROR_KIND_NUMERIC_ERROR;
  case 6: /* #UD */
    return POK_ERROR_KIND_ILLEGAL_REQUEST;
  case 12: /* #SS */
    return POK_ERROR_KIND_STACK_OVERFLOW;
  default:
    return POK_ERROR_KIND_MEMORY_VIOLATION;
  }
}

void pok_error_partition(pok_error_kind_t kind, uint32_t vector, const struct pok_frame *frame, const char *text)
{
  pok_partition_t *partition = &pok_partitions[pok_current_partition];

  if (vector == POK_IRQ_NONE)
    pok_printf("%s: error %u, %s, at 0x%08x\n", partition->name, kind, text, frame->eip);
  /* The fault stays where it belongs: the other partitions keep their slots. */
  pok_partition_stop(partition);
  pok_sched();
}
