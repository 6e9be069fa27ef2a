/**
 * Where everything lies in the one WebAssembly.Memory that is the whole state of the machine's processor and RAM.
 *
 * Both tiers and the TypeScript operations work on these addresses, so a snapshot is a copy. All values are byte addresses; words are
 * 32 bits, little-endian. Nothing here is guest-visible as such.
 */

/** General registers in the processor's numbering: eax ecx edx ebx esp ebp esi edi, 4 bytes each; ah is at 1, ch at 5 ... */
export const GPR = 0x000;
export const EAX = 0x000;
export const ECX = 0x004;
export const EDX = 0x008;
export const EBX = 0x00c;
export const ESP = 0x010;
export const EBP = 0x014;
export const ESI = 0x018;
export const EDI = 0x01c;
/** A word that is always zero: the base or index of an address that has none. */
export const ZERO = 0x020;
/** Valid only outside the interpreter: inside it, the record says where we are. */
export const EIP = 0x024;

/**
 * The arithmetic flags, never stored as such. All operands are sign-extended to 32 bits, so one formula fits every size:
 *   CF = CA <u CB        ZF = FR == 0        SF = (FR ^ FX) < 0        PF = even parity of FR's low byte, flipped by FX bit 2
 *   OF = ((OA ^ FR) & (OB ^ FR)) < 0         AF = bit 4 of OA ^ OB ^ FR ^ FX
 * An addition leaves (OA, OB, FX) = (a, b, 0), a subtraction (a, ~b, 0x10); FX exists so that any combination can be restored.
 */
export const FR = 0x028;
export const FX = 0x02c;
export const OA = 0x030;
export const OB = 0x034;
export const CA = 0x038;
export const CB = 0x03c;

/** EFLAGS without the six arithmetic flags: TF IF DF IOPL NT RF VM AC, bit 1 set. */
export const EFLAGS = 0x040;
/** Instructions left of the current slice; counted down by a whole block at its head. */
export const BUDGET = 0x044;
export const CPL = 0x048;
/** The code context (see records.ts) and what it adds to a hash index. */
export const CONTEXT = 0x04c;
export const CONTEXT_SALT = 0x050;

/** The TLB tables that loads and stores at the current privilege level use. */
export const TLB_READ = 0x058;
export const TLB_WRITE = 0x05c;

export const CR0 = 0x060;
export const CR2 = 0x068;
export const CR3 = 0x06c;
export const CR4 = 0x070;
export const GDTR_BASE = 0x074;
export const GDTR_LIMIT = 0x078;
export const IDTR_BASE = 0x07c;
export const IDTR_LIMIT = 0x080;
/** DR0-DR7, 4 bytes each. */
export const DR = 0x0a0;
export const DR6 = 0x0b8;
export const DR7 = 0x0bc;

/** Segment registers in the processor's numbering, then LDTR and TR: the visible selector and the hidden descriptor cache. */
export const SEGMENTS = 0x100;
export const SEGMENT_BYTES = 64;
export const ES = 0x100;
export const CS = 0x140;
export const SS = 0x180;
export const DS = 0x1c0;
export const FS = 0x200;
export const GS = 0x240;
export const LDTR = 0x280;
export const TR = 0x2c0;
/** Fields of a segment register. */
export const SELECTOR = 0;
export const BASE = 4;
/** In bytes, granularity applied: the last valid offset (for expand-down, the last invalid one). */
export const LIMIT = 8;
/** Bits 8-15 and 20-23 of the descriptor's second doubleword, in place; 0 for an unusable (null) segment. */
export const ATTRIBUTES = 12;
/**
 * Exclusive upper bounds of the offsets at which an access of 1, 2 or 4 bytes certainly succeeds in RAM: limit, type and (without
 * paging) RAM size merged into one compare. An offset that fails it is not wrong yet: the TypeScript path decides (expand-down, wrap,
 * no RAM there).
 */
export const READ_BOUND = { 1: 16, 2: 20, 4: 24 } as const;
export const WRITE_BOUND = { 1: 28, 2: 32, 4: 36 } as const;

/** x87: eight registers by physical number, 16 bytes each of which ten are used; words; bit n of EMPTY: register n is empty. */
export const FPU_REGISTERS = 0x400;
export const FPU_CONTROL = 0x480;
export const FPU_STATUS = 0x484;
export const FPU_EMPTY = 0x488;
/** The last non-control instruction and its operand, and the eleven bits of its opcode. */
export const FPU_IP = 0x48c;
export const FPU_CS = 0x490;
export const FPU_DP = 0x494;
export const FPU_DS = 0x498;
export const FPU_OPCODE = 0x49c;

/** What the processor knows of itself ends here; behind it lies what can be found again. */
export const STATE_END = 0x4a0;

/** Behind the state: instructions executed by regions, 64 bits; and how often regions returned, by reason, 4 bytes each. */
export const HOT = 0x500;
export const REGION_EXITS = 0x508;

/** Where the last region that was left went on: an offset, and the number of the code context. */
export const LAST_EXIT = 0x524;
export const LAST_EXIT_CONTEXT = 0x52c;
/** What the x87 is about to store: 64 bits; sign and exponent of a register; and the status word afterwards. */
export const X87_RESULT = 0x530;
export const X87_RESULT_EXPONENT = 0x538;
export const X87_PENDING = 0x53c;
/** Not 0: gates are ordinary records until the slice ends. */
export const GATES_CLOSED = 0x528;

/**
 * Quick paths (see quick.ts): which are open now (QUICK_ bits), and what earlier slow ones have led to, in entries of QUICK_BYTES. The
 * fields of an entry: its key (0: empty); up to three descriptors or gates, each as wasm address, low and high doubleword; and what to
 * write if they are still the same.
 */
export const QUICK = 0x520;
export const QUICK_SEGMENTS = 1;
export const QUICK_IRET = 2;
/** Between ring 3 and ring 0: nobody follows those changes. */
export const QUICK_RINGS = 4;
/** An interrupt waits: behind int and iret, which may let it in, the run loop has something to see to. */
export const QUICK_LEAVES = 8;
/** The gate's DPL matters to software only: what one has found out does not hold for the other. */
export const QUICK_EXTERNAL = 1 << 21;
export const QUICK_BYTES = 192;
export const QUICK_ENTRIES = 64;
export const QUICK_DATA = 0x1000;
export const QUICK_CODE = 0x4000;
export const QUICK_INTERRUPTS = 0x7000;
export const QUICK_RETURNS = 0xa000;
export const QUICK_END = 0xd000;
export const Q = {
  key: 0,
  descriptors: 4,
  /** Twelve bytes each: code segment or data segment, stack segment, gate. */
  descriptorBytes: 12,
  /** Where the TSS has the inner ring's stack pointer and selector; the selector. */
  stackAt: 40,
  stackSelector: 44,
  eip: 48,
  /** Kept bits of EFLAGS. */
  flags: 52,
  context: 56,
  salt: 60,
  /** As from SEGMENTS on: selector to write bounds. */
  first: 64,
  second: 112,
} as const;
/** Words of a segment register that are copied with it: ten that mean something, and to whole vectors. */
export const SEGMENT_WORDS = 12;

/** Pages that the region that runs remembers: see jit/pages.ts. */
export const PAGES = 0xd000;
export const PAGES_END = 0xd600;

/** Jump cache: 8192 entries of { offset, context, record, unused }. */
export const HASH = 0x10000;
export const HASH_ENTRIES = 8192;
export const HASH_ENTRY_BYTES = 16;

/**
 * Gates: ways into regions (see jit/). A record that is one has REGION_HANDLER plus the index of its gate for a handler; a gate has the
 * function's index in the table, the number of the entry, the next gate to try if this one's region refuses, and the record's own handler.
 */
export const REGION_HANDLER = 0x10000;
export const GATES = 0x40000;
export const GATE_BYTES = 16;
export const MAX_GATES = 8192;
export const GATE = { function: 0, entry: 4, next: 8, original: 12 } as const;
/** Tables in which regions look up where dynamic jumps lead: { offset, entry }. */
export const ENTRY_TABLES = 0x60000;
export const ENTRY_TABLES_END = 0x100000;

/** One byte for every 64 bytes of RAM, tested by each store (and, in the variant that watches loads, by each load). */
export const LINE_FLAGS = 0x100000;
export const LINE_SHIFT = 6;
export const LINE_CODE = 1;
export const LINE_WATCH_WRITE = 2;
export const LINE_WATCH_READ = 4;
/** A page-table entry through which code was decoded lies here. */
export const LINE_PAGE_TABLE = 8;
/** Read-only memory: stores change nothing. */
export const LINE_ROM = 16;
/** The page has not changed since whoever keeps its history looked last (PhysicalMemory.onCleanWrite). */
export const LINE_CLEAN = 32;

/** Decoded instructions, 64 bytes each; see records.ts for the life of a block. */
export const RECORDS = 0x1100000;
export const RECORDS_END = 0x2000000;
export const RECORD_BYTES = 64;
/** Fields of a record. r1, r2, base, index: register addresses; seg: segment register address. */
export const R = {
  handler: 0,
  r1: 4,
  r2: 8,
  base: 12,
  index: 16,
  disp: 20,
  imm: 24,
  seg: 28,
  /** Offset in CS of this instruction, of the next, and of the branch target. */
  ip: 32,
  next: 36,
  target: 40,
  /** Records of the next instruction and of the target, 0 until linked. */
  nextLink: 44,
  targetLink: 48,
  /** Instructions from here to the end of the block, this one included. */
  remaining: 52,
  scale: 56,
  /** Index of the shape (see definitions/table.ts); second immediates are in the upper 16 bits. */
  shape: 60,
} as const;

/** TLB: a word for each of the 2^20 pages; see paging.ts. */
export const TLB_READ_SUPERVISOR = 0x2000000;
export const TLB_WRITE_SUPERVISOR = 0x2400000;
export const TLB_READ_USER = 0x2800000;
export const TLB_WRITE_USER = 0x2c00000;

/** Physical address 0. */
export const RAM = 0x3000000;
/** The line flags end where the records begin. */
export const MAX_RAM_BYTES = (RECORDS - LINE_FLAGS) << LINE_SHIFT;
