/* Fails, is started again as the deployment wants it, and knows that from the condition it is started in. */
#include "libpok.h"

static volatile uint32_t zero, result = 42;

int main(void)
{
  pok_start_condition_t condition;

  pok_partition_get_start_condition(&condition);
  if (condition == POK_START_CONDITION_NORMAL) {
    result = 7;
    pok_printf("stubborn: first start, dividing %u by zero\n", result);
    result /= zero;
  }
  pok_printf("stubborn: started again after an error, with %u as in the file\n", result);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
