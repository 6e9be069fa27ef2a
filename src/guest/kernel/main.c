/* The order in which the kernel comes up. */
#include "console.h"
#include "fpu.h"
#include "gdt.h"
#include "irq.h"
#include "multiboot.h"
#include "options.h"
#include "partition.h"
#include "pic.h"
#include "port.h"
#include "release.h"
#include "sched.h"
#include "trap.h"

void pok_boot(uint32_t magic, const struct multiboot_info *info)
{
  pok_console_init();
  pok_gdt_init();
  pok_idt_init();
  pok_pic_init();
  pok_irq_init();
  pok_fpu_init();
  if (magic != MULTIBOOT_BOOTLOADER_MAGIC)
    pok_panic("not started by a multiboot loader");

  /* All that is wanted of the loader's information is read now: it may lie where the partitions go. */
  uint32_t memory_end = pok_multiboot_memory_end(info);
  pok_options_parse(pok_multiboot_command_line(info));

  pok_printf("kernel: " POK_CONFIG_SYSTEM ", %u partition%s, major frame %u ms\n", POK_CONFIG_NB_PARTITIONS,
             POK_CONFIG_NB_PARTITIONS == 1 ? "" : "s", pok_sched_major_frame());
  pok_release_init();
  pok_port_init();
  pok_partition_init(memory_end);
  pok_sched_start();
}
