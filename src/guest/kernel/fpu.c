#include "fpu.h"
#include "string.h"
#include "thread.h"

#define CR0_MP 0x02 /* WAIT obeys TS as well */
#define CR0_EM 0x04
#define CR0_TS 0x08
#define CR0_NE 0x20 /* errors are exception 16, not an interrupt line */

bool pok_fpu_used[POK_CONFIG_NB_THREADS];

static uint8_t images[POK_CONFIG_NB_THREADS][POK_FPU_IMAGE];

static uint32_t owner = IDLE_THREAD; /* IDLE_THREAD = nobody */
static bool available;               /* CR0.TS = 0 */

static void set_available(bool on)
{
  uint32_t cr0;

  if (on == available)
    return;
  available = on;
  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  cr0 = on ? cr0 & ~(uint32_t)CR0_TS : cr0 | CR0_TS;
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
}

/* FNSAVE waits for nothing, so errors that the owner has coming go with its state. */
static void save(uint8_t *image)
{
  set_available(true);
  __asm__ volatile("fnsave (%0)" : : "r"(image) : "memory");
}

static void disown(uint32_t thread)
{
  pok_fpu_used[thread] = false;
  if (owner == thread)
    owner = IDLE_THREAD;
}

void pok_fpu_init(void)
{
  uint32_t cr0;

  __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
  cr0 = (cr0 & ~(uint32_t)CR0_EM) | CR0_MP | CR0_TS | CR0_NE;
  __asm__ volatile("movl %0, %%cr0" : : "r"(cr0));
}

void pok_fpu_switch(uint32_t thread)
{
  set_available(thread == owner && thread != IDLE_THREAD);
}

void pok_fpu_not_available(void)
{
  if (owner != IDLE_THREAD)
    save(images[owner]);
  set_available(true);
  owner = pok_current_thread;
  __asm__ volatile("fninit"); /* or FRSTOR would report an error that somebody left behind */
  if (pok_fpu_used[owner])
    __asm__ volatile("frstor (%0)" : : "r"(images[owner]) : "memory");
  pok_fpu_used[owner] = true;
}

void pok_fpu_forget(uint32_t thread)
{
  disown(thread);
  pok_fpu_switch(pok_current_thread);
}

bool pok_fpu_take(uint8_t *image)
{
  uint32_t thread = pok_current_thread;

  if (!pok_fpu_used[thread])
    return false;
  if (owner == thread)
    save(image);
  else
    memcpy(image, images[thread], POK_FPU_IMAGE);
  disown(thread);
  set_available(false);
  return true;
}

void pok_fpu_give(const uint8_t *image)
{
  uint32_t thread = pok_current_thread;

  if (!pok_fpu_used[thread] && image == 0)
    return;
  disown(thread);
  set_available(false);
  if (image == 0)
    return;
  memcpy(images[thread], image, POK_FPU_IMAGE);
  pok_fpu_used[thread] = true;
}
