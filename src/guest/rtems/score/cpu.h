/*
 * What the executive wants of its processor. Everything a guest may do itself is in score/cpu.S; what it must leave to its host is in
 * libcpu/virtual.h, and that is the only file of the executive that would be another on bare hardware.
 */
#pragma once
#include "virtual.h"
#include <stdint.h>

/* What a thread that does not run has on its stack's top, and where that is. Kept by _CPU_Context_switch. */
typedef struct {
  uint32_t esp;
} Context_Control;

/* Saves the caller's context in one and goes on in the other. */
void _CPU_Context_switch(Context_Control *run, const Context_Control *heir);

/* Makes a context that begins in `entry`, with no caller. */
void _CPU_Context_Initialize(Context_Control *context, void *stack, uint32_t size, void (*entry)(void));
