#include "trap.h"
#include "console.h"
#include "cpu.h"
#include "partition.h"
#include "pic.h"
#include "pit.h"
#include "pok.h"
#include "sched.h"
#include "syscall.h"

#define EXCEPTIONS 32

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

static void exception(uint32_t vector, const struct pok_frame *frame)
{
  const char *who = "kernel";

  if ((frame->cs & 3) == 3)
    who = pok_partitions[pok_current_partition].name;
  pok_printf("%s: exception %u %s, error code 0x%x, at 0x%02x:0x%08x\n", who, vector, names[vector], frame->error, frame->cs,
             frame->eip);
  if ((frame->cs & 3) == 0)
    pok_panic("stopped");

  /* The fault stays where it belongs: the other partitions keep their slots. */
  pok_partition_stop(&pok_partitions[pok_current_partition]);
  pok_sched();
}

static void interrupt(uint32_t irq)
{
  /* Acknowledged first: the scheduler may switch to a thread that returns to its partition without coming back here. */
  if (pok_pic_eoi(irq) && irq == PIT_IRQ)
    pok_sched_tick();
}

void pok_trap(uint32_t vector, struct pok_frame *frame)
{
  if (vector < EXCEPTIONS)
    exception(vector, frame);
  else if (vector == POK_SYSCALL_VECTOR)
    pok_syscall(frame);
  else
    interrupt(vector - PIC_FIRST_VECTOR);
}
