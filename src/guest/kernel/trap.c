#include "trap.h"
#include "console.h"
#include "cpu.h"
#include "error.h"
#include "fpu.h"
#include "partition.h"
#include "pok.h"
#include "sched.h"
#include "syscall.h"

#define EXCEPTIONS 32
#define NO_COPROCESSOR 7

/* Mnemonics of the manual (SDM volume 3, table 6-1); a gap is a reserved vector. */
static const char names[EXCEPTIONS][4] = {
    [0] = "#DE",  [1] = "#DB",  [2] = "NMI",  [3] = "#BP",  [4] = "#OF",  [5] = "#BR",  [6] = "#UD",
    [7] = "#NM",  [8] = "#DF",  [9] = "CSO",  [10] = "#TS", [11] = "#NP", [12] = "#SS", [13] = "#GP",
    [14] = "#PF", [16] = "#MF", [17] = "#AC", [18] = "#MC", [19] = "#XM", [20] = "#VE", [21] = "#CP",
};

void pok_panic(const char *why)
{
  pok_printf("kernel: %s\n", why);
  halt();
}

static void exception(uint32_t vector, struct pok_frame *frame)
{
  bool from_partition = (frame->cs & 3) == 3;

  if (from_partition && vector == NO_COPROCESSOR) {
    pok_fpu_not_available();
    return;
  }
  const char *who = from_partition ? pok_partitions[pok_current_partition].name : "kernel";
  pok_printf("%s: exception %u %s, error code 0x%x, at 0x%02x:0x%08x\n", who, vector, names[vector], frame->error, frame->cs,
             frame->eip);
  if (!from_partition)
    pok_panic("stopped");
  pok_error_partition(pok_error_kind_of(vector), vector, frame, names[vector]);
}

POK_FROM_ENTRY void pok_trap(uint32_t vector, struct pok_frame *frame)
{
  if (vector < EXCEPTIONS)
    exception(vector, frame);
  else
    pok_syscall(frame);
}
