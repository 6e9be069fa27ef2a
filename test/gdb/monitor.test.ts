/** What `monitor` prints; it comes from the program, not from gdb, so one gdb is enough. */
import { expect, it } from "vitest";
import { session, type Transcript } from "./session.js";

const COMMANDS = [
  ...["help", "segments", "gdt", "gdt ldt", "gdt x", "idt", "idt 42", "idt 256", "tss", "partitions", "threads", "why"],
  ...["translate", "translate part1:0x102000", "translate ds:0x10", "translate 0x2b:0x180000", "translate 0x1000:0", "translate nowhere:1"],
  ...[
    "translate ds:x",
    "translate kernel:1",
    "translate 0x21a000",
    "translate part2:update_track",
    "translate ldtr:1",
    "step",
    "step follow",
    "step thread",
    "step sideways",
  ],
  ...["screen", "screen ansi", "screen x", "nonsense"],
].map((command) => `monitor ${command}`);

/** One session for all: at the first instruction of update_track, partition 2 running. */
let transcript: Promise<Transcript> | undefined;
const atTrack = (): Promise<Transcript> => (transcript ??= session("gdb", ["break update_track", "continue", ...COMMANDS]));
const answer = async (command: string): Promise<string> => (await atTrack()).of(`monitor ${command}`);

it("help lists every command with what it takes", async () => {
  const lines = (await answer("help")).split("\n");
  const names = [
    "help",
    "segments",
    "gdt [ldt]",
    "idt [VECTOR]",
    "tss",
    "partitions",
    "threads",
    "translate [SEG:]OFFSET",
    "step [follow|thread|auto]",
    "why",
    "screen [ansi]",
    "nmi",
  ];
  for (const name of names)
    expect(
      lines.some((line) => line.startsWith(`${name} `) && line.length > name.length + 20),
      name,
    ).toBe(true);
});

it("segments shows the hidden caches, the tables' registers and the privilege", async () => {
  const text = await answer("segments");
  expect(text).toContain("CS   0x0033   0x00298000 0x0018ffff 3   32-bit code execute/read, accessed\n");
  expect(text).toContain("SS   0x003b   0x00298000 0x0018ffff 3   32-bit data read/write, accessed\n");
  expect(text).toMatch(/^LDTR 0x0000 {3}unusable$/m);
  expect(text).toMatch(/^TR {3}0x0018 {3}0x[0-9a-f]{8} 0x00000067 0 {3}TSS busy$/m);
  expect(text).toMatch(/^GDTR base 0x[0-9a-f]{8} limit 0x07ff {3}IDTR base 0x[0-9a-f]{8} limit 0x017f$/m);
  expect(text).toMatch(/^CPL 3 {3}CR0 0x[0-9a-f]{7}[13579bdf] /m);
});

it("segments marks a descriptor that was changed behind a cache's back", async () => {
  const said = await session("gdb", [
    ...["break update_track", "continue", "inferior 1"],
    ...["set var ((unsigned char *)&pok_gdt)[0x38 + 0] = 0x77", "monitor segments"],
  ]);
  expect(said.last).toMatch(/^SS .*<- the table now says: limit 0x00177fff$/m);
  expect(said.last).toMatch(/^CS .*accessed$/m);
});

it("gdt names the partitions' descriptors and says which are not present", async () => {
  const text = await answer("gdt");
  expect(text).toContain("0x0008   0x00000000 0xffffffff 0   32-bit code execute/read, accessed\n");
  expect(text).toContain("0x0023   0x00118000 0x0017ffff 3   32-bit code execute/read, accessed, not present   part1\n");
  expect(text).toContain("0x003b   0x00298000 0x0018ffff 3   32-bit data read/write, accessed   part2\n");
});

it("gdt ldt says that there is none", async () => {
  expect(await answer("gdt ldt")).toBe("the LDT has no descriptors\n");
});

it("idt names handlers", async () => {
  expect((await answer("idt")).split("\n")).toHaveLength(48 + 1);
  expect(await answer("idt 42")).toMatch(/^ 42 0x2a 0x0008:0x[0-9a-f]{8} DPL 3 {3}interrupt gate {3}pok_syscall_entry\n$/);
});

it("tss shows the stacks of the inner rings", async () => {
  const text = await answer("tss");
  expect(text).toMatch(/^TR 0x0018 base 0x[0-9a-f]{8} limit 0x00000067 {3}TSS busy$/m);
  expect(text).toMatch(/^ss0:esp0 0x0010:0x[0-9a-f]{8}$/m);
  expect(text).toContain("I/O bitmap at 0x0068 (beyond the limit: none)");
});

it("partitions shows where each lies and which is running", async () => {
  const text = await answer("partitions");
  expect(text).toMatch(/^ {2}1 +kernel +linear addresses +\/pok386\/kernel\.elf$/m);
  expect(text).toMatch(/^ {2}2 +part1 +0x00118000 0x0017ffff 0x23 0x2b off +\/pok386\/part1\.elf$/m);
  expect(text).toMatch(/^\* 3 +part2 +0x00298000 0x0018ffff 0x33 0x3b present +\/pok386\/part2\.elf$/m);
});

it("partitions lists them before their descriptors exist", async () => {
  const { last } = await session("gdb", ["monitor partitions"]);
  expect(last).toMatch(/^ {2}3 +part2 +no segments yet +\/pok386\/part2\.elf$/m);
});

it("threads says what each is doing, and where", async () => {
  const text = await answer("threads");
  expect(text).toMatch(/^ {2}p1\.1 kernel +left by iret at 0x[0-9a-f]{8} <pok_trap_return\+\d+>$/m);
  expect(text).toMatch(/^ {2}p2\.1 part1 thread 1 +in system call 56 \(THREAD_PERIOD\) at 0x[0-9a-f]{8} <pok_syscall\+11>$/m);
  expect(text).toMatch(/^\* p3\.1 part2 thread 1 +running at 0x00102000 <update_track>$/m);
  expect(text).toMatch(/^ {2}p3\.2 part2 thread 2 +in system call 52 \(THREAD_SLEEP\) at /m);
});

it.each([
  ["part1:0x102000", "part1:0x00102000 = linear 0x0021a000   (32-bit data read/write, accessed, not present)\n"],
  ["part2:update_track", "part2:0x00102000 = linear 0x0039a000   (32-bit data read/write, accessed)\n"],
  ["ds:0x10", "ds:0x00000010 = linear 0x00298010   (32-bit data read/write, accessed)\n"],
  [
    "0x2b:0x180000",
    "0x2b:0x00180000 = linear 0x00298000, outside: the limit is 0x0017ffff   (32-bit data read/write, accessed, not present)\n",
  ],
  ["0x1000:0", "translate: selector 0x1000 lies outside its table\n"],
  ["nowhere:1", 'translate: "nowhere" is no segment register, selector or partition\n'],
  ["ds:x", 'translate: "x" is no number of 32 bits\n'],
  ["kernel:1", "linear 0x00000001 is the physical address: paging is off\n"],
  ["0x21a000", "linear 0x0021a000 is the physical address: paging is off\n"],
  ["ldtr:1", "translate: ldtr holds a null selector\n"],
  ["", "translate: say SEG:OFFSET, e.g. ds:0x1000, 0x2b:0x1000 or part1:0x1000, or a linear address\n"],
])("translate %s", async (address, expected) => {
  expect(await answer(`translate ${address}`.trim())).toBe(expected);
});

it("step shows and sets the policy, and refuses what is none", async () => {
  expect(await answer("step")).toMatch(/^step auto: /);
  expect(await answer("step follow")).toMatch(/^step follow: /);
  expect(await answer("step thread")).toMatch(/^step thread: /);
  expect(await answer("step sideways")).toBe('step: "sideways" is none of follow, thread, auto\n');
});

it("why has nothing to tell when nothing was raised", async () => {
  expect(await answer("why")).toBe("no exception has been raised yet\n");
});

it("screen shows the text screen", async () => {
  expect(await answer("screen")).toMatch(/^kernel: pok-two, 2 partitions, major frame 20 ms\npart1: base 0x00118000 /);
});

it("screen ansi shows it with colours", async () => {
  expect(await answer("screen ansi")).toContain("\x1b[");
  expect(await answer("screen ansi")).toContain("kernel: pok-two");
});

it("nmi makes the processor take vector 2 when it goes on", async () => {
  const said = await session("gdb", [
    ...["break update_track", "continue", "monitor nmi"],
    ...["inferior 1", "break pok_exception_2", "continue"],
  ]);
  expect(said.of("monitor nmi")).toBe("a non-maskable interrupt waits for the processor\n");
  expect(said.last).toContain("pok_exception_2 () at src/guest/kernel/entry.S");
});

it.each([
  ["nonsense", 'there is no command "nonsense"; "monitor help" lists them\n'],
  ["idt 256", 'idt: "256" is no vector (0 to 255)\n'],
  ["gdt x", 'gdt: "x" is not "ldt"\n'],
  ["screen x", 'screen: "x" is not "ansi"\n'],
])("%s is refused with a line that says why", async (command, expected) => {
  expect(await answer(command)).toBe(expected);
});
