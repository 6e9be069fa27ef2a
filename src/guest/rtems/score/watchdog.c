#include "watchdog.h"
#include "cpu.h"

static Chain_Control running;

static Watchdog_Control *watchdog_of(Chain_Node *node)
{
  return CONTAINER_OF(node, Watchdog_Control, node);
}

void _Watchdog_Handler_initialization(void)
{
  _Chain_Initialize(&running);
}

void _Watchdog_Insert(Watchdog_Control *watchdog, uint32_t ticks, Watchdog_Service_routine routine, void *argument)
{
  Chain_Node *place = running.next;

  _Watchdog_Remove(watchdog);
  watchdog->routine = routine;
  watchdog->argument = argument;
  for (; place != &running && watchdog_of(place)->delta <= ticks; place = place->next)
    ticks -= watchdog_of(place)->delta;
  watchdog->delta = ticks;
  watchdog->active = true;
  if (place != &running)
    watchdog_of(place)->delta -= ticks;
  _Chain_Insert_before(place, &watchdog->node);
}

void _Watchdog_Remove(Watchdog_Control *watchdog)
{
  if (!watchdog->active)
    return;
  if (watchdog->node.next != &running)
    watchdog_of(watchdog->node.next)->delta += watchdog->delta;
  _Chain_Extract(&watchdog->node);
  watchdog->active = false;
}

void _Watchdog_Tickle(void)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  if (!_Chain_Is_empty(&running))
    watchdog_of(running.next)->delta--;
  while (!_Chain_Is_empty(&running) && watchdog_of(running.next)->delta == 0) {
    Watchdog_Control *due = watchdog_of(running.next);

    _Watchdog_Remove(due);
    due->routine(due->argument);
    _CPU_ISR_Flash(level);
  }
  _CPU_ISR_Enable(level);
}
