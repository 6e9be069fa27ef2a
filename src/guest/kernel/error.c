#include "error.h"
#include "console.h"
#include "partition.h"
#include "sched.h"
#include "string.h"
#include "thread.h"
#include "vcpu.h"

#define DIVIDE_ERROR 0
#define OVERFLOW 4
#define BOUND 5
#define FPU_ERROR 16

#define QUEUE 4 /* errors that wait for the handler; one more, and it is beyond help */

static struct {
  pok_error_status_t queue[QUEUE];
  uint32_t first, count;
} errors[POK_CONFIG_NB_PARTITIONS];

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

static enum pok_recovery recovery_of(uint32_t partition, pok_error_kind_t kind)
{
#ifdef POK_CONFIG_RECOVERIES
  static const struct {
    uint32_t partition, kind;
    enum pok_recovery recovery;
  } recoveries[] = POK_CONFIG_RECOVERIES;

  for (uint32_t i = 0; i < sizeof recoveries / sizeof recoveries[0]; i++)
    if (recoveries[i].partition == partition && (recoveries[i].kind == 0 || recoveries[i].kind == kind))
      return recoveries[i].recovery;
#endif
  (void)partition;
  (void)kind;
  return POK_RECOVERY_STOP;
}

static void recover(uint32_t index, const pok_error_status_t *status)
{
  pok_partition_t *partition = &pok_partitions[index];

  if (status->vector == POK_IRQ_NONE)
    pok_printf("%s: error %u, thread %u, at 0x%08x\n", partition->name, status->error_kind, status->failed_thread, status->failed_addr);
  switch (recovery_of(index, status->error_kind)) {
  case POK_RECOVERY_IGNORE:
    break;
  case POK_RECOVERY_RESTART:
    pok_printf("%s: restarted\n", partition->name);
    pok_partition_restart(partition, POK_PARTITION_MODE_INIT_COLD, POK_START_CONDITION_HM_PARTITION_RESTART);
    break;
  case POK_RECOVERY_STOP_KERNEL:
    pok_panic("stopped by an error of a partition");
  case POK_RECOVERY_STOP:
    /* The fault stays where it belongs: the other partitions keep their slots. */
    pok_partition_stop(partition);
    pok_partition_end_if_all_stopped();
  }
}

/* The handler hears of the error, if there is one that could; else it is the configuration's turn. */
static void hand_over(uint32_t index, const pok_error_status_t *status)
{
  pok_partition_t *partition = &pok_partitions[index];

  pok_sched_due = true;
  if (status->vector != POK_IRQ_NONE)
    pok_thread_stop(status->failed_thread); /* the same instruction would fail for ever */
  if (!partition->error_ready || status->failed_thread == partition->error_handler || errors[index].count == QUEUE) {
    recover(index, status);
    return;
  }
  errors[index].queue[(errors[index].first + errors[index].count++) % QUEUE] = *status;
  if (pok_threads[partition->error_handler].state == POK_STATE_STOPPED)
    pok_thread_begin(partition->error_handler, pok_tick);
}

static void set_text(pok_error_status_t *status, const char *text, uint32_t length)
{
  status->msg_size = length < POK_ERROR_TEXT_MAX ? length : POK_ERROR_TEXT_MAX;
  memcpy(status->msg, text, status->msg_size);
}

/* Where the thread was when it came into the kernel. */
static uint32_t left_at(uint32_t thread)
{
  return ((const struct pok_frame *)pok_thread_kernel_stack_top(thread) - 1)->eip;
}

static uint32_t length_of(const char *text)
{
  uint32_t length = 0;

  while (text[length] != '\0')
    length++;
  return length;
}

void pok_error_partition(pok_error_kind_t kind, uint32_t vector, const struct pok_frame *frame, const char *text)
{
  pok_error_status_t status = {.error_kind = kind, .failed_thread = pok_current_thread, .failed_addr = frame->eip, .vector = vector};

  if (vector == POK_IRQ_NONE) {
    pok_printf("%s: %s\n", pok_partitions[pok_current_partition].name, text);
    pok_thread_stop(pok_current_thread);
  }
  set_text(&status, text, length_of(text));
  hand_over(pok_current_partition, &status);
  pok_sched();
}

void pok_error_application(const char *text, uint32_t length)
{
  pok_error_status_t status = {
      .error_kind = POK_ERROR_KIND_APPLICATION_ERROR,
      .failed_thread = pok_current_thread,
      .failed_addr = left_at(pok_current_thread),
      .vector = POK_IRQ_NONE,
  };

  set_text(&status, text, length);
  hand_over(pok_current_partition, &status);
  pok_sched();
}

void pok_error_overrun(uint32_t thread)
{
  pok_error_status_t status = {
      .error_kind = POK_ERROR_KIND_DEADLINE_MISSED,
      .failed_thread = thread,
      .failed_addr = left_at(thread),
      .vector = POK_IRQ_NONE,
  };

  hand_over(pok_threads[thread].partition, &status);
}

pok_ret_t pok_error_get(uint32_t partition, pok_error_status_t *status)
{
  if (errors[partition].count == 0)
    return POK_ERRNO_EMPTY;
  *status = errors[partition].queue[errors[partition].first];
  errors[partition].first = (errors[partition].first + 1) % QUEUE;
  errors[partition].count--;
  return POK_ERRNO_OK;
}

void pok_error_handler_done(uint32_t partition)
{
  if (errors[partition].count != 0)
    pok_thread_begin(pok_partitions[partition].error_handler, pok_tick);
}

void pok_error_reset(uint32_t partition)
{
  errors[partition].count = 0;
}
