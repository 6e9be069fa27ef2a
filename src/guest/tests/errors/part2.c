/* Restarted from its file whenever it fails; in the end it starts itself anew, with its memory as it is. */
#include "../check.h"

static uint32_t starts = 1;

int main(void)
{
  pok_start_condition_t why;

  pok_partition_get_start_condition(&why);
  if (why == POK_START_CONDITION_NORMAL)
    __asm__ volatile("hlt");
  if (why == POK_START_CONDITION_HM_PARTITION_RESTART) {
    CHECK(starts == 1);
    starts = 2;
    pok_partition_set_mode(POK_PARTITION_MODE_INIT_WARM);
  }
  CHECK(why == POK_START_CONDITION_PARTITION_RESTART && starts == 2);
  check_end("part2");
  return 0;
}
