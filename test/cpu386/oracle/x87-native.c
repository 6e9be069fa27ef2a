/* Runs x87 instructions on the host's processor. A case: control word (2 bytes), status word (2), tag word (2), instruction length (1), a pad,
   instruction (8), eight registers (10 each), 16 bytes of memory that ebx/rbx points to. A result: fnsave's 108 bytes, the memory, flags (4). */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct input {
  uint16_t control, status, tags;
  uint8_t length, pad;
  uint8_t code[8];
  uint8_t registers[80];
  uint8_t memory[16];
};
struct output {
  uint8_t state[108];
  uint8_t memory[16];
  uint32_t flags;
};

int main(void) {
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct input in;
  if (code == MAP_FAILED) return 1;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    static uint8_t image[108];
    struct output out;
    uint64_t flags = 2;
    memset(&out, 0, sizeof out);
    memset(image, 0, sizeof image);
    memcpy(image, &in.control, 2);
    memcpy(image + 4, &in.status, 2);
    memcpy(image + 8, &in.tags, 2);
    memcpy(image + 28, in.registers, 80);
    memcpy(out.memory, in.memory, 16);
    memcpy(code, in.code, in.length);
    code[in.length] = 0xc3;
    __asm__ volatile("frstor %[image]\n\t"
                     "pushq %[flags]\n\tpopfq\n\t"
                     "xorl %%eax, %%eax\n\tpushq %[flags]\n\tpopfq\n\t"
                     "call *%[code]\n\t"
                     "pushfq\n\tpopq %[flags]\n\t"
                     "fnsave %[state]\n\tfninit"
                     : [state] "=m"(out.state), [flags] "+r"(flags), "+m"(out.memory)
                     : [image] "m"(image), [code] "r"(code), "b"(out.memory)
                     : "rax", "rcx", "rdx", "cc", "memory", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
    out.flags = (uint32_t)flags;
    fwrite(&out, sizeof out, 1, stdout);
  }
  return 0;
}
