/*
 * Main threads are activated once a lap, in the order of the partitions, and each only when the one before it has finished its work:
 * a precedence chain. That makes the order of all output a property of the system alone, not of the speed of the machine it runs on.
 */
#include "release.h"
#include "console.h"
#include "options.h"
#include "partition.h"
#include "power.h"
#include "sched.h"
#include "thread.h"

#define LAP_OF_A_LONG_RUN 1000 /* milliseconds: gentle on whoever reads along */
#define LAP_OF_A_SHORT_RUN 100

static uint32_t lap_frames; /* major frames between activations */

void pok_release_init(void)
{
  uint32_t frame = pok_sched_major_frame();
  uint32_t lap = pok_options.lap;

  if (lap == 0)
    lap = pok_options.frames != 0 ? LAP_OF_A_SHORT_RUN : LAP_OF_A_LONG_RUN;
  lap_frames = frame == 0 || lap < frame ? 1 : lap / frame;
}

uint32_t pok_release_period(void)
{
  return lap_frames * pok_sched_major_frame();
}

static bool has_completed(uint32_t index, uint32_t activations)
{
  const pok_partition_t *partition = &pok_partitions[index];

  return partition->mode == POK_PARTITION_MODE_STOPPED || partition->completed >= activations;
}

/* How many activations begin before major frame `frame` ends. */
static uint32_t due(uint32_t frame)
{
  return frame / lap_frames + 1;
}

void pok_release(uint32_t index)
{
  pok_partition_t *partition = &pok_partitions[index];
  pok_thread_t *thread = &pok_threads[partition->thread_main];
  bool before_me = index == 0 ? has_completed(POK_CONFIG_NB_PARTITIONS - 1, partition->released)
                              : has_completed(index - 1, partition->released + 1);

  if (thread->state != POK_STATE_WAIT_NEXT_ACTIVATION || !before_me || partition->released >= due(pok_frames))
    return;
  partition->released++;
  thread->state = POK_STATE_RUNNABLE;
}

void pok_release_wait(uint32_t index)
{
  pok_partition_t *partition = &pok_partitions[index];

  partition->completed = partition->released;
  pok_threads[partition->thread_main].state = POK_STATE_WAIT_NEXT_ACTIVATION;
}

void pok_release_end_of_frame(void)
{
  if (pok_options.frames == 0 || pok_frames < pok_options.frames)
    return;

  uint32_t laps = due(pok_options.frames - 1);
  for (uint32_t i = 0; i < POK_CONFIG_NB_PARTITIONS; i++)
    if (!has_completed(i, laps))
      return; /* a slow machine: what was to happen in these frames happens first */
  pok_printf("kernel: %u frames, %u laps, power off\n", pok_options.frames, laps);
  pok_power_off();
}
