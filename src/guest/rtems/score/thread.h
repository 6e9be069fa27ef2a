/* Threads: what is ready, what runs, and what the others wait for. */
#pragma once
#include "chain.h"
#include "cpu.h"
#include "object.h"
#include "watchdog.h"

/* Why a thread is not ready: any combination. */
typedef enum {
  STATES_READY = 0,
  STATES_DORMANT = 1,
  STATES_SUSPENDED = 2,
  STATES_DELAYING = 4,
  STATES_WAITING_ON_QUEUE = 8,
  STATES_WAITING_FOR_EVENT = 16,
} States_Control;

struct Thread_Control;

/* Threads that wait for the same thing. */
typedef struct {
  Chain_Control waiting;
  bool by_priority;
} Thread_queue_Control;

/* What a thread waits for, and what it is told when that is over. */
typedef struct {
  Thread_queue_Control *queue;
  rtems_status_code status;
  void *buffer;     /* message: where to; event: where what came goes */
  uint32_t size;    /* message: its size */
  uint32_t option;  /* event: all or any */
  uint32_t count;   /* event: which; message: whether it is urgent */
} Thread_Wait_information;

typedef struct Thread_Control {
  Objects_Control object;
  Chain_Node node; /* of the ready ones of its priority, or of those that wait on a queue */
  uint32_t state;
  uint32_t current_priority; /* the smaller, the sooner */
  uint32_t real_priority;    /* without what it has inherited */
  uint32_t resources;        /* priority-changing semaphores it holds */
  rtems_mode modes;
  uint32_t ticks_left; /* of its time slice */
  Thread_Wait_information wait;
  Watchdog_Control timer;
  rtems_event_set pending_events;

  rtems_task_entry entry;
  rtems_task_argument argument;
  uint32_t initial_priority;
  rtems_mode initial_modes;
  void *stack;
  uint32_t stack_size;
  void *fpu; /* FNSAVE's 108 bytes; null for a task that does not use it */
  Context_Control context;
} Thread_Control;

extern Thread_Control *_Thread_Executing;
extern Thread_Control *_Thread_Heir;
extern Objects_Information _Thread_Information;
extern volatile uint32_t _Thread_Dispatch_disable_level;

void _Thread_Handler_initialization(void);
void _Thread_Start_multitasking(void) __attribute__((noreturn));

/* Makes the thread begin at its entry: its context, modes and priority are the initial ones. */
void _Thread_Load_environment(Thread_Control *thread);

/* These change what is ready. Interrupts are held back by the caller, who dispatches when they no longer are. */
void _Thread_Set_state(Thread_Control *thread, uint32_t state);
void _Thread_Clear_state(Thread_Control *thread, uint32_t state);
void _Thread_Change_priority(Thread_Control *thread, uint32_t priority, bool first_of_its_priority);
void _Thread_Yield(void);
void _Thread_Evaluate_heir(void);
void _Thread_Tickle_timeslice(void);

/* Makes the executing thread not ready, for so many ticks at most (0: for ever). What ends the wait sets wait.status before. */
void _Thread_Block(uint32_t state, rtems_interval timeout);

/* Runs the heir, unless threads must not change now; it will then be done when they may. */
void _Thread_Dispatch(void);
void _Thread_Disable_dispatch(void);
void _Thread_Enable_dispatch(void);

/* Queues. Interrupts are held back by the caller. */
void _Thread_queue_Initialize(Thread_queue_Control *queue, rtems_attribute attributes);
void _Thread_queue_Enqueue(Thread_queue_Control *queue, rtems_interval timeout); /* the executing thread */
Thread_Control *_Thread_queue_First(Thread_queue_Control *queue);
Thread_Control *_Thread_queue_Dequeue(Thread_queue_Control *queue, rtems_status_code status);
void _Thread_queue_Extract(Thread_Control *thread);
void _Thread_queue_Requeue(Thread_Control *thread); /* after a change of its priority */
void _Thread_queue_Flush(Thread_queue_Control *queue, rtems_status_code status);
