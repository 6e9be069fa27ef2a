#include "thread.h"
#include "isr.h"
#include "string.h"
#include "wkspace.h"

#define PRIORITIES 256
#define FPU_STATE_SIZE 108

Thread_Control *_Thread_Executing;
Thread_Control *_Thread_Heir;
Objects_Information _Thread_Information;
volatile uint32_t _Thread_Dispatch_disable_level = 1; /* until multitasking starts */

static Chain_Control ready[PRIORITIES];
static uint32_t ready_map[PRIORITIES / 32]; /* which of them are not empty */

void _Thread_Handler_initialization(void)
{
  for (uint32_t i = 0; i < PRIORITIES; i++)
    _Chain_Initialize(&ready[i]);
}

/* Ready threads -------------------------------------------------------------------------------------------------------------- */

static void make_ready(Thread_Control *thread, bool first)
{
  Chain_Control *chain = &ready[thread->current_priority];

  if (first)
    _Chain_Prepend(chain, &thread->node);
  else
    _Chain_Append(chain, &thread->node);
  ready_map[thread->current_priority / 32] |= 1u << thread->current_priority % 32;
}

static void make_not_ready(Thread_Control *thread)
{
  _Chain_Extract(&thread->node);
  if (_Chain_Is_empty(&ready[thread->current_priority]))
    ready_map[thread->current_priority / 32] &= ~(1u << thread->current_priority % 32);
}

static Thread_Control *highest_ready(void)
{
  uint32_t word = 0;

  while (ready_map[word] == 0) /* the idle thread is always ready */
    word++;
  return CONTAINER_OF(ready[word * 32 + (uint32_t)__builtin_ctz(ready_map[word])].next, Thread_Control, node);
}

void _Thread_Evaluate_heir(void)
{
  Thread_Control *executing = _Thread_Executing;

  if (executing != NULL && executing->state == STATES_READY && executing->modes & RTEMS_NO_PREEMPT)
    _Thread_Heir = executing;
  else
    _Thread_Heir = highest_ready();
}

void _Thread_Set_state(Thread_Control *thread, uint32_t state)
{
  if (thread->state == STATES_READY)
    make_not_ready(thread);
  thread->state |= state;
  _Thread_Evaluate_heir();
}

void _Thread_Clear_state(Thread_Control *thread, uint32_t state)
{
  if (thread->state == STATES_READY || (thread->state &= ~state) != STATES_READY)
    return;
  make_ready(thread, false);
  _Thread_Evaluate_heir();
}

void _Thread_Change_priority(Thread_Control *thread, uint32_t priority, bool first_of_its_priority)
{
  bool is_ready = thread->state == STATES_READY;

  if (is_ready)
    make_not_ready(thread);
  thread->current_priority = priority;
  if (is_ready)
    make_ready(thread, first_of_its_priority);
  else if (thread->state & STATES_WAITING_ON_QUEUE)
    _Thread_queue_Requeue(thread);
  _Thread_Evaluate_heir();
}

void _Thread_Yield(void)
{
  Thread_Control *executing = _Thread_Executing;

  make_not_ready(executing);
  make_ready(executing, false);
  executing->ticks_left = Configuration.ticks_per_timeslice;
  /* Another of its priority may run even if it does not let itself be preempted: it has asked for this. */
  _Thread_Heir = highest_ready();
}

void _Thread_Tickle_timeslice(void)
{
  Thread_Control *executing = _Thread_Executing;
  ISR_Level level;

  _CPU_ISR_Disable(level);
  if (executing->modes & RTEMS_TIMESLICE && !(executing->modes & RTEMS_NO_PREEMPT) && executing->state == STATES_READY &&
      --executing->ticks_left == 0)
    _Thread_Yield();
  _CPU_ISR_Enable(level);
}

/* Waiting -------------------------------------------------------------------------------------------------------------------- */

static void time_out(void *argument)
{
  Thread_Control *thread = argument;

  if (thread->state & STATES_WAITING_ON_QUEUE)
    _Thread_queue_Extract(thread);
  thread->wait.status = thread->state & STATES_DELAYING ? RTEMS_SUCCESSFUL : RTEMS_TIMEOUT;
  _Thread_Clear_state(thread, STATES_DELAYING | STATES_WAITING_ON_QUEUE | STATES_WAITING_FOR_EVENT);
}

void _Thread_Block(uint32_t state, rtems_interval timeout)
{
  Thread_Control *executing = _Thread_Executing;

  if (timeout != RTEMS_NO_TIMEOUT)
    _Watchdog_Insert(&executing->timer, timeout, time_out, executing);
  _Thread_Set_state(executing, state);
}

/* Changing threads ----------------------------------------------------------------------------------------------------------- */

static void switch_to(Thread_Control *executing, Thread_Control *heir)
{
  if (executing->fpu != NULL)
    __asm__ volatile("fnsave (%0)" : : "r"(executing->fpu) : "memory");
  _CPU_Context_switch(&executing->context, &heir->context);
  /* Back again: whoever ran in between has left `executing` of this stack executing. */
  if (executing->fpu != NULL)
    __asm__ volatile("frstor (%0)" : : "r"(executing->fpu) : "memory");
}

void _Thread_Dispatch(void)
{
  ISR_Level level;

  if (_Thread_Dispatch_disable_level != 0)
    return;
  _CPU_ISR_Disable(level);
  while (_Thread_Heir != _Thread_Executing) {
    Thread_Control *executing = _Thread_Executing;

    _Thread_Executing = _Thread_Heir;
    _Thread_Heir->ticks_left = Configuration.ticks_per_timeslice;
    switch_to(executing, _Thread_Heir);
  }
  _CPU_ISR_Enable(level);
}

void _Thread_Disable_dispatch(void)
{
  _Thread_Dispatch_disable_level++;
}

void _Thread_Enable_dispatch(void)
{
  if (--_Thread_Dispatch_disable_level == 0)
    _Thread_Dispatch();
}

/* Where every thread begins: in the middle of somebody's dispatch, with interrupts held back. */
static void begin(void)
{
  Thread_Control *executing = _Thread_Executing;

  if (executing->fpu != NULL)
    __asm__ volatile("fninit");
  _CPU_ISR_Set_level(executing->modes & RTEMS_INTERRUPT_MASK);
  executing->entry(executing->argument);
  rtems_fatal_error_occurred(RTEMS_TASK_EXITTED);
}

void _Thread_Load_environment(Thread_Control *thread)
{
  thread->modes = thread->initial_modes;
  thread->current_priority = thread->real_priority = thread->initial_priority;
  thread->resources = 0;
  thread->pending_events = 0;
  thread->ticks_left = Configuration.ticks_per_timeslice;
  _CPU_Context_Initialize(&thread->context, thread->stack, thread->stack_size, begin);
}

void _Thread_Start_multitasking(void)
{
  static Context_Control nobody;

  _Thread_Evaluate_heir();
  _Thread_Executing = _Thread_Heir;
  _Thread_Dispatch_disable_level = 0;
  _CPU_Context_switch(&nobody, &_Thread_Heir->context);
  __builtin_unreachable();
}
