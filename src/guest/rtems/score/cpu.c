#include "cpu.h"

/* In the order in which _CPU_Context_switch takes them from the stack. */
struct first_frame {
  uint32_t edi, esi, ebx, ebp;
  uint32_t eip;
  uint32_t return_address; /* of the entry: none */
};

void _CPU_Context_Initialize(Context_Control *context, void *stack, uint32_t size, void (*entry)(void))
{
  uint32_t top = ((uint32_t)stack + size) & ~15u;
  struct first_frame *frame = (struct first_frame *)top - 1;

  *frame = (struct first_frame){.eip = (uint32_t)entry};
  context->esp = (uint32_t)frame;
}
