/* Memory for stacks and queues, out of the area that the host gives. */
#pragma once
#include <stdint.h>

void _Workspace_Initialize(void *start, uint32_t size);
void *_Workspace_Allocate(uint32_t size); /* 16-byte aligned; null if there is none */
void _Workspace_Free(void *block);
