/* The managers of the Classic API, as bsp/startup.c brings them up. */
#pragma once

void _Semaphore_Manager_initialization(void);
void _Message_queue_Manager_initialization(void);
void _Timer_Manager_initialization(void);
