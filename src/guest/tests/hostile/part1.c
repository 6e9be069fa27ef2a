/*
 * Attempts on the kernel. Each that is deadly ends in a restart, and the next one is tried: part2 counts the lives it has had, since
 * memory is fresh after a restart.
 */
#include "irq.h"
#include "../check.h"

static uint32_t out;

static void on_tick(uint32_t vector, uint32_t count, struct pok_irq_context *context)
{
  (void)vector;
  (void)count;
  (void)context;
}

/* A system call with anything for an argument block. */
static uint32_t call(uint32_t id, uint32_t args)
{
  uint32_t result;

  __asm__ volatile("int $42" : "=a"(result) : "a"(id), "b"(args) : "memory");
  return result;
}

static const uint32_t wild[] = {0, 1, 0xfffc, 0x10000, 0x100000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff};

#define WILD (sizeof wild / sizeof wild[0])

/* Those that stop or restart it, or wait for ever, by design; CONSWRITE would print. */
static bool is_final(uint32_t id)
{
  static const uint32_t final[] = {
      POK_SYSCALL_CONSWRITE,  POK_SYSCALL_IRQ_RETURN,         POK_SYSCALL_IRQ_WAIT,
      POK_SYSCALL_THREAD_SLEEP_UNTIL, POK_SYSCALL_THREAD_SLEEP, POK_SYSCALL_THREAD_SUSPEND,
      POK_SYSCALL_THREAD_RESTART, POK_SYSCALL_THREAD_STOP,    POK_SYSCALL_THREAD_PERIOD,
      POK_SYSCALL_THREAD_STOPSELF, POK_SYSCALL_PARTITION_SET_MODE, POK_SYSCALL_PARTITION_SET_LOCK_LEVEL,
      POK_SYSCALL_ERROR_RAISE_APPLICATION_ERROR,
  };

  for (uint32_t n = 0; n < sizeof final / sizeof final[0]; n++)
    if (final[n] == id)
      return true;
  return false;
}

/* Every number, with wild argument blocks and with wild arguments. */
static void wild_pointers(void)
{
  for (uint32_t id = 0; id < 600; id++) {
    if (is_final(id))
      continue;
    for (uint32_t n = 0; n < WILD; n++) {
      pok_syscall_args_t args = {5, {wild[n], wild[n], wild[n], wild[n], wild[n]}};

      if (wild[n] != 0 && wild[n] != 1)
        call(id, wild[n]);
      if (wild[n] > 1 && wild[n] != 0xfffc)
        call(id, (uint32_t)&args);
    }
  }
  pok_syscall_args_t text = {2, {0xfff0, 0x11}};
  CHECK(call(POK_SYSCALL_CONSWRITE, (uint32_t)&text) == POK_ERRNO_EFAULT);
  text.arg[0] = 0xfffffff0;
  CHECK(call(POK_SYSCALL_CONSWRITE, (uint32_t)&text) == POK_ERRNO_EFAULT);
}

static void forged_irqs(void)
{
  static uint8_t twice[2 * POK_VCPU_SIZE];
  uint32_t page = ((uint32_t)twice + POK_VCPU_SIZE - 1) & ~(POK_VCPU_SIZE - 1);
  pok_syscall_args_t args = {2, {0, 0}};

  CHECK(pok_vcpu_init() == POK_ERRNO_OK);
  for (uint32_t vector = 0; vector < 40; vector++) {
    args.arg[0] = vector;
    CHECK(call(POK_SYSCALL_IRQ_PARTITION_ACK, (uint32_t)&args) == POK_ERRNO_EINVAL);
    CHECK(call(POK_SYSCALL_IRQ_UNREGISTER_HANDLER, (uint32_t)&args) == POK_ERRNO_EINVAL);
  }
  CHECK(pok_irq_register(2, on_tick) == POK_ERRNO_EINVAL && pok_irq_register(10, on_tick) == POK_ERRNO_EINVAL);
  CHECK(pok_irq_register(16, on_tick) == POK_ERRNO_EINVAL && pok_irq_register(0xffffffff, on_tick) == POK_ERRNO_EINVAL);
  CHECK(pok_irq_register(0, (pok_irq_handler_t *)0x10000) == POK_ERRNO_EFAULT);
  args.arg[0] = page + 4;
  CHECK(call(POK_SYSCALL_VCPU_REGISTER, (uint32_t)&args) == POK_ERRNO_EINVAL);
  args.arg[0] = 0x10000;
  CHECK(call(POK_SYSCALL_VCPU_REGISTER, (uint32_t)&args) == POK_ERRNO_EFAULT);
}

static void waste_time(void)
{
  for (volatile uint32_t i = 0; i < 3000000; i++)
    ;
}

static void bad_stack(uint32_t esp)
{
  pok_irq_register(0, on_tick);
  __asm__ volatile("movl %0, %%esp\n"
                   "1:\n\t"
                   "jmp 1b"
                   :
                   : "r"(esp));
}

/* A context with one thing wrong, or everything. */
static void bad_return(uint32_t eip, uint32_t cs, uint32_t ds, uint32_t esp_at)
{
  static struct pok_irq_context context;

  context = (struct pok_irq_context){.vector = 3, .level = 0, .ds = ds, .es = ds, .eip = eip, .cs = cs, .eflags = ~0x100u, .ss = cs};
  pok_vcpu_init();
  __asm__ volatile("movl %0, %%esp\n\tint $42" : : "r"(esp_at != 0 ? esp_at : (uint32_t)&context), "a"(POK_SYSCALL_IRQ_RETURN));
}

/* A context of which DS lies where the kernel writes the level: right when it is looked at, wrong when it is loaded. */
static void moving_return(void)
{
  struct pok_irq_context *context = (struct pok_irq_context *)((uint32_t)&pok_vcpu - offsetof(struct pok_irq_context, ds));

  pok_vcpu_init();
  context->vector = POK_IRQ_NONE;
  context->level = 0x10;
  context->gs = context->fs = context->es = context->ds = 0x2b;
  __asm__ volatile("movl %0, %%esp\n\tint $42" : : "r"(context), "a"(POK_SYSCALL_IRQ_RETURN) : "memory");
}

/* Selectors of the kernel and of nobody are forced to be one's own, and EFLAGS to be harmless: it arrives here, in ring 3, with IF = 1. */
static void landed(void)
{
  uint32_t flags, cs;

  __asm__ volatile("movl $0xff00, %%esp\n\tpushfl\n\tpopl %0\n\tmovl %%cs, %1\n\tcld" : "=r"(flags), "=r"(cs));
  CHECK((flags & 0x27200) == 0x200 && cs == 0x23);
  pok_printf("part1: landed\n");
  __asm__ volatile("ud2");
  __builtin_unreachable();
}

static void fill_port(void)
{
  while (pok_port_queueing_send(out, "x", 1, 0) == POK_ERRNO_OK)
    ;
}

static void attempt(uint32_t number)
{
  static volatile uint8_t code[4];

  switch (number) {
  case 0: wild_pointers(); pok_printf("part1: wild pointers refused\n"); __asm__ volatile("hlt"); break;
  case 1: forged_irqs(); pok_printf("part1: forged interrupts refused\n"); __asm__ volatile("cli"); break;
  case 2: __asm__ volatile("sti"); break;
  case 3: __asm__ volatile("inb $0x71, %%al" : : : "eax"); break;
  case 4: __asm__ volatile("outb %%al, $0x20" : : "a"(0x20)); break;
  case 5: __asm__ volatile("int $0x20"); break;
  case 6: __asm__ volatile("int $0x80"); break;
  case 7: __asm__ volatile("int $13"); break;
  case 8: __asm__ volatile("movl %0, %%ds" : : "r"(0x10)); break;
  case 9: __asm__ volatile("movl %0, %%ds" : : "r"(0x3b)); break; /* the other partition's, not present */
  case 10: __asm__ volatile("ljmp $0x08, $0x100000"); break;
  case 11: __asm__ volatile("movl %0, %%cr0" : : "r"(0)); break;
  case 12: __asm__ volatile("lgdt (%0)" : : "r"(code)); break;
  case 13: bad_stack(64); break;
  case 14: bad_stack(0x20000); break;
  case 15: bad_return(0x10000, 0x23, 0x2b, 0); break;
  case 16: bad_return((uint32_t)landed, 0x08, 0x10, 0); break;
  case 17: bad_return((uint32_t)landed, 0x08, 0x3b, 0); break;
  case 18: bad_return((uint32_t)landed, 0x08, 0x2b, 0); break;
  case 19: bad_return(0, 0, 0, 0xffffff00); break;
  case 20: bad_return(0, 0, 0, 0xff80); break;
  case 21: __asm__ volatile("xorl %%esp, %%esp\n\tint $42" : : "a"(POK_SYSCALL_IRQ_RETURN)); break;
  case 22: moving_return(); break;
  case 23: waste_time(); __asm__ volatile("ud2"); break;
  default: fill_port(); pok_printf("part1: port filled\n"); check_end("part1");
  }
}

int main(void)
{
  uint32_t number, length, next;

  CHECK(pok_port_queueing_create("out", 8, 2, POK_PORT_DIRECTION_OUT, POK_DISCIPLINE_FIFO, &out) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_create("next", 8, 1, POK_PORT_DIRECTION_IN, POK_DISCIPLINE_FIFO, &next) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_send(out, "?", 1, POK_FOREVER) == POK_ERRNO_OK);
  CHECK(pok_port_queueing_receive(next, POK_FOREVER, 8, &number, &length) == POK_ERRNO_OK);
  attempt(number);
  pok_printf("part1: attempt %u SUCCEEDED\n", number);
  pok_partition_set_mode(POK_PARTITION_MODE_STOPPED);
  return 0;
}
