/* Time of day, from 1988 on, and ticks. */
#include "critical.h"

#define FIRST_YEAR 1988
#define LAST_YEAR 2099 /* leap years are every fourth until then */
#define SECONDS_PER_DAY 86400

static volatile uint32_t ticks_since_boot;
static volatile bool is_set;
static volatile uint32_t seconds; /* since the beginning of 1988 */
static volatile uint32_t ticks;   /* of the present second */

static const uint8_t days_of_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
  return days_of_month[month - 1] + (month == 2 && year % 4 == 0);
}

static uint32_t days_in_year(uint32_t year)
{
  return year % 4 == 0 ? 366 : 365;
}

static bool is_valid(const rtems_time_of_day *time)
{
  return time->year >= FIRST_YEAR && time->year <= LAST_YEAR && time->month >= 1 && time->month <= 12 && time->day >= 1 &&
         time->day <= days_in_month(time->year, time->month) && time->hour < 24 && time->minute < 60 && time->second < 60 &&
         time->ticks < rtems_clock_get_ticks_per_second();
}

rtems_interval rtems_clock_get_ticks_per_second(void)
{
  return 1000000 / Configuration.microseconds_per_tick;
}

rtems_interval rtems_clock_get_ticks_since_boot(void)
{
  return ticks_since_boot;
}

rtems_status_code rtems_clock_set(const rtems_time_of_day *time)
{
  uint32_t days = 0;
  ISR_Level level;

  if (time == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (!is_valid(time))
    return RTEMS_INVALID_CLOCK;
  for (uint32_t year = FIRST_YEAR; year < time->year; year++)
    days += days_in_year(year);
  for (uint32_t month = 1; month < time->month; month++)
    days += days_in_month(time->year, month);
  days += time->day - 1;

  _CPU_ISR_Disable(level);
  seconds = days * SECONDS_PER_DAY + time->hour * 3600 + time->minute * 60 + time->second;
  ticks = time->ticks;
  is_set = true;
  return leave_with(level, RTEMS_SUCCESSFUL);
}

rtems_status_code rtems_clock_get_tod(rtems_time_of_day *time)
{
  ISR_Level level;

  if (time == NULL)
    return RTEMS_INVALID_ADDRESS;
  if (!is_set)
    return RTEMS_NOT_DEFINED;
  _CPU_ISR_Disable(level);
  uint32_t now = seconds;
  uint32_t part = ticks;
  _CPU_ISR_Enable(level);

  uint32_t days = now / SECONDS_PER_DAY;
  uint32_t second = now % SECONDS_PER_DAY;
  uint32_t year = FIRST_YEAR;
  uint32_t month = 1;
  for (; days >= days_in_year(year); year++)
    days -= days_in_year(year);
  for (; days >= days_in_month(year, month); month++)
    days -= days_in_month(year, month);
  *time = (rtems_time_of_day){year, month, days + 1, second / 3600, second / 60 % 60, second % 60, part};
  return RTEMS_SUCCESSFUL;
}

rtems_status_code rtems_clock_tick(void)
{
  ISR_Level level;

  _CPU_ISR_Disable(level);
  ticks_since_boot++;
  if (++ticks == rtems_clock_get_ticks_per_second()) {
    ticks = 0;
    seconds++;
  }
  _CPU_ISR_Enable(level);
  _Watchdog_Tickle();
  _Thread_Tickle_timeslice();
  _Thread_Dispatch();
  return RTEMS_SUCCESSFUL;
}
