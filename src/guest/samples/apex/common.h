/* What both partitions use: lines on the console, and processes without much ado. */
#pragma once
#include <apex.h>

#define MS(n) ((n) * 1000000LL)
#define STACK_SIZE_OF_ALL 4096
#define ORDER_SIZE 4
#define ORDERS 4
#define STOP_ORDER 0
#define MOST_COMMANDS 2
#define FRESHNESS MS(2000)

/* A line of at most 64 characters. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* A period or a time capacity may be INFINITE_TIME_VALUE. */
PROCESS_ID_TYPE create(const char *name, PRIORITY_TYPE priority, SYSTEM_TIME_TYPE period, SYSTEM_TIME_TYPE capacity,
                       SYSTEM_ADDRESS_TYPE entry);

/* Says so if a service that must succeed does not. */
void must(const char *service, RETURN_CODE_TYPE code);
