/*
 * Runs test cases on the processor of the host, as a 32-bit process without a C library, so that any gcc with -m32 builds it.
 *
 * Input: the number of LDT entries, that many struct user_desc, then cases until the end of input. Output: one result per case.
 * Each case runs with CS, SS, DS, ES, FS and GS in segments of the local descriptor table, so that limits and types count, and ends with
 * a signal: the code is surrounded by int3. Layout and field order are those of native.ts.
 */
typedef unsigned int u32;
typedef unsigned char u8;

#define CODE ((u8 *)0x100000)
#define DATA ((u8 *)0x120000)
#define WINDOW 0x10000
#define CHANGES 15
#define ENDLESS 0xffffffffu

struct user_desc { u32 entry, base, limit, flags; };
struct test_case { u32 code_at, code_length, regs[8], flags, cs, ss, ds, es, fs, gs, patches, patch[8]; u8 code[64]; };
struct result { u32 regs[8], eip, flags, trap, error, signal, cs, ss, ds, es, fs, gs, changes, change[2 * CHANGES], hash; };

static struct test_case now;
static struct result out;
static u32 pristine[WINDOW / 4];
static u8 signal_stack[65536];
u32 saved_esp, entry_flags, start_regs[8];
u32 stack_pointer[2], code_pointer[2], start_ds, start_es, start_fs, start_gs;

static int call(int n, u32 a, u32 b, u32 c, u32 d) {
  int r;
  __asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
  return r;
}
enum { EXIT = 1, READ = 3, WRITE = 4, MMAP = 90, SETITIMER = 104, MODIFY_LDT = 123, RT_SIGACTION = 174, SIGALTSTACK = 186 };

static void fail(const char *why) {
  u32 n = 0;
  while (why[n]) n++;
  call(WRITE, 2, (u32)why, n, 0);
  call(EXIT, 1, 0, 0, 0);
}
static int read_all(void *to, u32 n) {
  u8 *p = to;
  while (n) {
    int got = call(READ, 0, (u32)p, n, 0);
    if (got <= 0) return 0;
    p += got;
    n -= got;
  }
  return 1;
}
static void write_all(const void *from, u32 n) {
  const u8 *p = from;
  while (n) {
    int put = call(WRITE, 1, (u32)p, n, 0);
    if (put <= 0) fail("cannot write results\n");
    p += put;
    n -= put;
  }
}
/* gcc may call these even when freestanding */
void *memset(void *p, int c, u32 n) {
  void *r = p;
  __asm__ volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(c) : "memory");
  return r;
}
void *memcpy(void *to, const void *from, u32 n) {
  void *r = to;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return r;
}

/* int run(void): loads everything, jumps into the case; the signal handler comes back to `resume`. */
__asm__(
    ".text\nrun:\n"
    "  pusha\n"
    "  mov %esp, saved_esp\n"
    "  push entry_flags\n  popf\n"
    "  mov start_regs+0, %eax\n  mov start_regs+4, %ecx\n  mov start_regs+8, %edx\n  mov start_regs+12, %ebx\n"
    "  mov start_regs+20, %ebp\n  mov start_regs+24, %esi\n  mov start_regs+28, %edi\n"
    "  mov start_es, %es\n  mov start_fs, %fs\n  mov start_gs, %gs\n"
    "  lss stack_pointer, %esp\n"
    "  mov start_ds, %ds\n"
    "  ljmp *%cs:code_pointer\n"
    "resume:\n"
    "  mov saved_esp, %esp\n"
    "  push $0x202\n  popf\n"
    "  popa\n  ret\n");
void run(void);

/* The 32-bit signal frame's context begins 20 bytes into the ucontext. */
struct context { u32 gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trap, error, eip, cs, flags, esp_at_signal, ss; };

static void handler(int signal, void *info, u8 *ucontext) {
  (void)info;
  struct context *c = (struct context *)(ucontext + 20);
  u32 regs[8] = {c->eax, c->ecx, c->edx, c->ebx, c->esp, c->ebp, c->esi, c->edi};
  for (int n = 0; n < 8; n++) out.regs[n] = regs[n];
  out.eip = c->eip;
  out.flags = c->flags;
  out.trap = signal == 26 ? ENDLESS : c->trap;
  out.error = c->error;
  out.signal = signal;
  out.cs = c->cs & 0xffff;
  out.ss = c->ss & 0xffff;
  out.ds = c->ds & 0xffff;
  out.es = c->es & 0xffff;
  out.fs = c->fs & 0xffff;
  out.gs = c->gs & 0xffff;
  __asm__ volatile("mov %0, %%fs; mov %0, %%gs; jmp resume" : : "r"(0));
}

/* A case that goes on for ever ends with SIGVTALRM after half a second of processor time. */
static void alarm_in(u32 microseconds) {
  u32 timer[4] = {0, 0, 0, microseconds};
  call(SETITIMER, 1, (u32)timer, 0, 0);
}

static void compare(void) {
  u32 *data = (u32 *)DATA;
  out.changes = 0;
  out.hash = 0;
  for (u32 n = 0; n < WINDOW / 4; n++) {
    if (data[n] == pristine[n]) continue;
    if (out.changes < CHANGES) {
      out.change[2 * out.changes] = n * 4;
      out.change[2 * out.changes + 1] = data[n];
    }
    out.changes++;
    out.hash = (out.hash ^ (n * 4)) * 0x01000193;
    out.hash = (out.hash ^ data[n]) * 0x01000193;
    data[n] = pristine[n];
  }
}

void _start(void) {
  u32 map[6] = {(u32)CODE, 0x40000, 7, 0x32, (u32)-1, 0};
  if (call(MMAP, (u32)map, 0, 0, 0) != (int)CODE) fail("cannot map the test memory\n");
  u32 stack[3] = {(u32)signal_stack, 0, sizeof signal_stack};
  call(SIGALTSTACK, (u32)stack, 0, 0, 0);
  /* SA_SIGINFO | SA_ONSTACK | SA_NODEFER */
  u32 action[5] = {(u32)handler, 0x48000004, 0, 0, 0};
  static const u8 signals[] = {4, 5, 7, 8, 11, 26};
  for (u32 n = 0; n < sizeof signals; n++) call(RT_SIGACTION, signals[n], (u32)action, 0, 8);

  u32 entries;
  if (!read_all(&entries, 4)) fail("no input\n");
  for (u32 n = 0; n < entries; n++) {
    struct user_desc d;
    if (!read_all(&d, sizeof d)) fail("short input\n");
    if (call(MODIFY_LDT, 0x11, (u32)&d, sizeof d, 0) != 0) fail("modify_ldt refused a descriptor\n");
  }
  /* The same pattern as template() in native.ts. */
  for (u32 n = 0; n < WINDOW / 4; n++) pristine[n] = ((u32 *)DATA)[n] = (n + 1) * 0x9e3779b1u;
  memset(CODE, 0xcc, WINDOW);

  while (read_all(&now, sizeof now)) {
    memcpy(CODE + now.code_at, now.code, now.code_length);
    u32 before[4];
    for (u32 n = 0; n < now.patches; n++) {
      u32 *at = pristine + now.patch[2 * n] / 4;
      before[n] = *at;
      *at = *(u32 *)(DATA + now.patch[2 * n]) = now.patch[2 * n + 1];
    }
    for (int n = 0; n < 8; n++) start_regs[n] = now.regs[n];
    entry_flags = now.flags;
    stack_pointer[0] = now.regs[4];
    stack_pointer[1] = now.ss;
    code_pointer[0] = now.code_at;
    code_pointer[1] = now.cs;
    start_ds = now.ds;
    start_es = now.es;
    start_fs = now.fs;
    start_gs = now.gs;
    alarm_in(500000);
    run();
    alarm_in(0);
    compare();
    for (u32 n = now.patches; n-- > 0;) pristine[now.patch[2 * n] / 4] = *(u32 *)(DATA + now.patch[2 * n]) = before[n];
    memset(CODE + now.code_at, 0xcc, now.code_length);
    write_all(&out, sizeof out);
  }
  call(EXIT, 0, 0, 0, 0);
}
