/** An x87 case as a C program that shows what the host's processor makes of it. */
import type { X87Case } from "./x87.js";

const list = (bytes: Uint8Array | readonly number[]): string => [...bytes].map((b) => `0x${b.toString(16)}`).join(", ");

/** fnsave's image in the 32-bit form, of which the instruction loads control, status and tag words and registers. */
function image(input: Uint8Array): Uint8Array {
  const out = new Uint8Array(108);
  out.set(input.subarray(0, 2), 0);
  out.set(input.subarray(2, 4), 4);
  out.set(input.subarray(4, 6), 8);
  out.set(input.subarray(16, 96), 28);
  return out;
}

export function asX87Program(c: X87Case, differences: readonly string[]): string {
  return `/* ${c.name}: gcc -O1 -mno-red-zone -o case case.c && ./case prints fnsave's image, memory and EFLAGS afterwards.
${differences.map((d) => `   ${d}`).join("\n")} */
#include <stdio.h>
static unsigned char before[108] = {${list(image(c.input))}};
static unsigned char memory[16] = {${list(c.input.subarray(96, 112))}};
static unsigned char after[108];
int main(void) {
  unsigned long flags = 2;
  __asm__ volatile("frstor %2\\n\\tpushq %1\\n\\tpopfq\\n\\txorl %%eax, %%eax\\n\\tpushq %1\\n\\tpopfq\\n\\t"
                   ".byte ${list(c.code)}\\n\\tpushfq\\n\\tpopq %1\\n\\tfnsave %0\\n\\tfninit"
                   : "=m"(after), "+r"(flags) : "m"(before), "b"(memory) : "rax", "cc", "memory");
  for (int n = 0; n < 108; n++) printf("%02x", after[n]);
  for (int n = 0; n < 16; n++) printf("%02x", memory[n]);
  printf(" %08lx\\n", flags);
}
`;
}
