/*
 * The Classic API of RTEMS, as far as this executive has it: names, types, numbers and meanings are those of the RTEMS C User's Guide.
 * Times are in clock ticks unless they say otherwise.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t rtems_id;
typedef uint32_t rtems_name;
typedef uint32_t rtems_interval;
typedef uint32_t rtems_option;
typedef uint32_t rtems_attribute;
typedef uint32_t rtems_mode;
typedef uint32_t rtems_event_set;
typedef uint32_t rtems_task_priority;
typedef uint32_t rtems_task_argument;
typedef uint32_t rtems_interrupt_level;
typedef uint32_t rtems_vector_number;
typedef uint32_t rtems_count;
typedef void rtems_task;
typedef void rtems_isr;
typedef rtems_task (*rtems_task_entry)(rtems_task_argument);
typedef void (*rtems_timer_service_routine_entry)(rtems_id timer, void *user_data);
typedef void (*rtems_interrupt_handler)(void *argument);

typedef enum {
  RTEMS_SUCCESSFUL = 0,
  RTEMS_TASK_EXITTED = 1,
  RTEMS_INVALID_NAME = 3,
  RTEMS_INVALID_ID = 4,
  RTEMS_TOO_MANY = 5,
  RTEMS_TIMEOUT = 6,
  RTEMS_OBJECT_WAS_DELETED = 7,
  RTEMS_INVALID_SIZE = 8,
  RTEMS_INVALID_ADDRESS = 9,
  RTEMS_INVALID_NUMBER = 10,
  RTEMS_NOT_DEFINED = 11,
  RTEMS_RESOURCE_IN_USE = 12,
  RTEMS_UNSATISFIED = 13,
  RTEMS_INCORRECT_STATE = 14,
  RTEMS_ALREADY_SUSPENDED = 15,
  RTEMS_INVALID_PRIORITY = 19,
  RTEMS_INVALID_CLOCK = 20,
  RTEMS_NOT_CONFIGURED = 22,
  RTEMS_NOT_OWNER_OF_RESOURCE = 23,
} rtems_status_code;

#define rtems_build_name(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

#define RTEMS_SELF 0
#define RTEMS_SEARCH_ALL_NODES 0
#define RTEMS_NO_TIMEOUT 0
#define RTEMS_YIELD_PROCESSOR 0
#define RTEMS_MINIMUM_PRIORITY 1
#define RTEMS_MAXIMUM_PRIORITY 255
#define RTEMS_CURRENT_PRIORITY 0
#define RTEMS_MINIMUM_STACK_SIZE 4096

/* Options of calls that may wait. */
#define RTEMS_WAIT 0
#define RTEMS_NO_WAIT 1
#define RTEMS_EVENT_ALL 0
#define RTEMS_EVENT_ANY 2

/* Attributes of tasks, semaphores and message queues. */
#define RTEMS_DEFAULT_ATTRIBUTES 0
#define RTEMS_NO_FLOATING_POINT 0
#define RTEMS_FLOATING_POINT 1
#define RTEMS_LOCAL 0
#define RTEMS_FIFO 0
#define RTEMS_PRIORITY 4
#define RTEMS_COUNTING_SEMAPHORE 0
#define RTEMS_BINARY_SEMAPHORE 0x10
#define RTEMS_SIMPLE_BINARY_SEMAPHORE 0x20
#define RTEMS_INHERIT_PRIORITY 0x40
#define RTEMS_PRIORITY_CEILING 0x80

/* Modes. */
#define RTEMS_DEFAULT_MODES 0
#define RTEMS_ALL_MODE_MASKS 0xffff
#define RTEMS_CURRENT_MODE 0
#define RTEMS_INTERRUPT_MASK 1
#define RTEMS_PREEMPT 0
#define RTEMS_NO_PREEMPT 0x100
#define RTEMS_PREEMPT_MASK 0x100
#define RTEMS_NO_TIMESLICE 0
#define RTEMS_TIMESLICE 0x200
#define RTEMS_TIMESLICE_MASK 0x200
#define RTEMS_INTERRUPT_LEVEL(level) ((level) & RTEMS_INTERRUPT_MASK)

/* Tasks */
rtems_status_code rtems_task_create(rtems_name name, rtems_task_priority initial_priority, size_t stack_size, rtems_mode initial_modes,
                                    rtems_attribute attributes, rtems_id *id);
rtems_status_code rtems_task_start(rtems_id id, rtems_task_entry entry, rtems_task_argument argument);
rtems_status_code rtems_task_restart(rtems_id id, rtems_task_argument argument);
rtems_status_code rtems_task_delete(rtems_id id);
rtems_status_code rtems_task_ident(rtems_name name, uint32_t node, rtems_id *id);
rtems_status_code rtems_task_suspend(rtems_id id);
rtems_status_code rtems_task_resume(rtems_id id);
rtems_status_code rtems_task_is_suspended(rtems_id id);
rtems_status_code rtems_task_set_priority(rtems_id id, rtems_task_priority new_priority, rtems_task_priority *old_priority);
rtems_status_code rtems_task_mode(rtems_mode mode_set, rtems_mode mask, rtems_mode *previous_mode_set);
rtems_status_code rtems_task_wake_after(rtems_interval ticks);
rtems_id rtems_task_self(void);

/* Semaphores */
rtems_status_code rtems_semaphore_create(rtems_name name, uint32_t count, rtems_attribute attributes, rtems_task_priority ceiling,
                                         rtems_id *id);
rtems_status_code rtems_semaphore_ident(rtems_name name, uint32_t node, rtems_id *id);
rtems_status_code rtems_semaphore_delete(rtems_id id);
rtems_status_code rtems_semaphore_obtain(rtems_id id, rtems_option options, rtems_interval timeout);
rtems_status_code rtems_semaphore_release(rtems_id id);
rtems_status_code rtems_semaphore_flush(rtems_id id);

/* Message queues */
rtems_status_code rtems_message_queue_create(rtems_name name, uint32_t count, size_t max_message_size, rtems_attribute attributes,
                                             rtems_id *id);
rtems_status_code rtems_message_queue_ident(rtems_name name, uint32_t node, rtems_id *id);
rtems_status_code rtems_message_queue_delete(rtems_id id);
rtems_status_code rtems_message_queue_send(rtems_id id, const void *buffer, size_t size);
rtems_status_code rtems_message_queue_urgent(rtems_id id, const void *buffer, size_t size);
rtems_status_code rtems_message_queue_broadcast(rtems_id id, const void *buffer, size_t size, uint32_t *count);
rtems_status_code rtems_message_queue_receive(rtems_id id, void *buffer, size_t *size, rtems_option options, rtems_interval timeout);
rtems_status_code rtems_message_queue_get_number_pending(rtems_id id, uint32_t *count);
rtems_status_code rtems_message_queue_flush(rtems_id id, uint32_t *count);

/* Events */
#define RTEMS_PENDING_EVENTS 0
#define RTEMS_ALL_EVENTS 0xffffffff
#define RTEMS_EVENT_0 0x00000001
#define RTEMS_EVENT_1 0x00000002
#define RTEMS_EVENT_2 0x00000004
#define RTEMS_EVENT_3 0x00000008
rtems_status_code rtems_event_send(rtems_id id, rtems_event_set event_in);
rtems_status_code rtems_event_receive(rtems_event_set event_in, rtems_option options, rtems_interval ticks, rtems_event_set *event_out);

/* Timers. Their routines are called from the clock's interrupt. */
rtems_status_code rtems_timer_create(rtems_name name, rtems_id *id);
rtems_status_code rtems_timer_ident(rtems_name name, rtems_id *id);
rtems_status_code rtems_timer_delete(rtems_id id);
rtems_status_code rtems_timer_fire_after(rtems_id id, rtems_interval ticks, rtems_timer_service_routine_entry routine, void *user_data);
rtems_status_code rtems_timer_reset(rtems_id id);
rtems_status_code rtems_timer_cancel(rtems_id id);

/* Clock */
typedef struct {
  uint32_t year; /* from 1988 on */
  uint32_t month;
  uint32_t day;
  uint32_t hour;
  uint32_t minute;
  uint32_t second;
  uint32_t ticks;
} rtems_time_of_day;

rtems_status_code rtems_clock_set(const rtems_time_of_day *time);
rtems_status_code rtems_clock_get_tod(rtems_time_of_day *time);
rtems_interval rtems_clock_get_ticks_since_boot(void);
rtems_interval rtems_clock_get_ticks_per_second(void);
rtems_status_code rtems_clock_tick(void);

/* Interrupts: the lines 0 to 15 that the host forwards. */
#define RTEMS_INTERRUPT_UNIQUE 1
#define RTEMS_INTERRUPT_SHARED 0
rtems_status_code rtems_interrupt_handler_install(rtems_vector_number vector, const char *info, rtems_option options,
                                                  rtems_interrupt_handler handler, void *argument);
rtems_status_code rtems_interrupt_handler_remove(rtems_vector_number vector, rtems_interrupt_handler handler, void *argument);
bool rtems_interrupt_is_in_progress(void);
rtems_interrupt_level rtems_interrupt_disable_level(void);
void rtems_interrupt_enable_level(rtems_interrupt_level level);
#define rtems_interrupt_disable(level) ((level) = rtems_interrupt_disable_level())
#define rtems_interrupt_enable(level) rtems_interrupt_enable_level(level)
#define rtems_interrupt_flash(level) (rtems_interrupt_enable_level(level), (void)rtems_interrupt_disable_level())

/* Ends the executive: the host stops the partition. */
void rtems_shutdown_executive(uint32_t result) __attribute__((noreturn));
void rtems_fatal_error_occurred(uint32_t error) __attribute__((noreturn));

/* Text to the console: %s %c %d %u %x %%, with widths. */
void printk(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* What the application asks for; rtems/confdefs.h makes it from CONFIGURE_ macros. */
typedef struct {
  uint32_t microseconds_per_tick;
  uint32_t ticks_per_timeslice;
  uint32_t maximum_tasks; /* the idle task comes on top */
  uint32_t maximum_semaphores;
  uint32_t maximum_message_queues;
  uint32_t maximum_timers;
  bool needs_clock;
  rtems_name init_name;
  rtems_task_entry init_entry;
  rtems_task_priority init_priority;
  size_t init_stack_size;
  rtems_mode init_modes;
  rtems_attribute init_attributes;
} rtems_configuration_table;

extern const rtems_configuration_table Configuration;
