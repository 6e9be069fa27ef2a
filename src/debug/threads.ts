/**
 * Threads of the guest, told apart by the ring-0 stack their kernel entries use, and the registers each had when it was left.
 *
 * Every change of ring is heard of. Into ring 0: the partition's thread is left with its user registers. Out of ring 0: the kernel is
 * left at its iret. So at any stop both sides of the boundary can be shown, without knowing anything of the kernel's own tables.
 */

import type { Cpu } from "../cpu386/cpu.js";
import { SEGMENT } from "../cpu386/segment.js";
import type { SystemModel } from "./system.js";
import type { Thread, ThreadId } from "./target.js";
import type { Place } from "./views.js";

/** General registers, eip, eflags and segment selectors of a context that is not running. */
export interface SavedRegisters {
  readonly general: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  /** es cs ss ds fs gs */
  readonly selectors: readonly number[];
  readonly code: Place;
  readonly stack: Place;
}

interface GuestThread {
  readonly id: ThreadId;
  /** Ring-0 stack top; undefined for a placeholder that no thread has claimed yet. */
  key?: number | undefined;
  saved?: SavedRegisters | undefined;
}

export interface PlainThreads {
  /** Spaces that a debugger has killed. */
  readonly killed?: readonly number[];
  readonly kernel?: SavedRegisters | undefined;
  readonly recent: readonly ThreadId[];
  readonly threads: readonly GuestThread[];
}
export interface SavedThreads {
  readonly kernel: SavedRegisters | undefined;
  readonly recent: ReadonlyMap<number, ThreadId>;
  readonly threads: ReadonlyMap<GuestThread, SavedRegisters | undefined>;
}

export const KERNEL: ThreadId = { space: 1, thread: 1 };

export class Threads {
  private readonly bySpace = new Map<number, GuestThread[]>();
  private kernel: SavedRegisters | undefined;
  /** The thread of each space that ran last. */
  private readonly recent = new Map<number, ThreadId>();
  /** Called at each change of ring, once it has been taken down. */
  onRingChange: ((to: number, entered?: { readonly thread: ThreadId; readonly registers: SavedRegisters }) => void) | undefined;

  constructor(
    private readonly cpu: Cpu,
    private readonly system: SystemModel,
    observed = true,
  ) {
    if (observed) this.observe();
  }

  /** Takes down each change of ring from now on, in the place of whoever did so in a former life of the machine. */
  observe(): void {
    this.cpu.processor.onRingChange = (from, to, eip) => this.note(from, to, eip);
  }

  /** What is known of threads, as plain data for `restore`. Numbers once given stay. */
  save(): SavedThreads {
    const threads = [...this.bySpace.values()].flat();
    return { kernel: this.kernel, recent: new Map(this.recent), threads: new Map(threads.map((thread) => [thread, thread.saved])) };
  }
  restore({ kernel, recent, threads }: SavedThreads): void {
    this.kernel = kernel;
    this.recent.clear();
    for (const [space, id] of recent) this.recent.set(space, id);
    for (const thread of [...this.bySpace.values()].flat()) thread.saved = threads.get(thread);
  }

  /** The same for a file, and for a machine that has just been made. */
  plain(): PlainThreads {
    return { kernel: this.kernel, recent: [...this.recent.values()], threads: [...this.bySpace.values()].flat() };
  }
  adopt({ kernel, recent, threads }: PlainThreads): void {
    this.kernel = kernel;
    for (const id of recent) this.recent.set(id.space, id);
    for (const thread of threads) this.of(thread.id.space)[thread.id.thread - 1] = { ...thread };
  }

  private note(from: number, to: number, eip: number): void {
    if (from > 0 && to === 0) {
      const thread = this.find(this.spaceNow(), this.system.threadKey());
      thread.saved = this.capture(eip);
      this.recent.set(thread.id.space, thread.id);
      this.onRingChange?.(to, { thread: thread.id, registers: thread.saved });
      return;
    }
    if (from === 0) this.kernel = this.capture(eip);
    this.onRingChange?.(to);
  }

  private capture(eip: number): SavedRegisters {
    const { processor: p } = this.cpu;
    return {
      general: Array.from(p.i32.subarray(0, 8), (v) => v >>> 0),
      eip,
      eflags: p.flags,
      selectors: [0, 1, 2, 3, 4, 5].map((n) => p.selector(n)),
      code: p.segment(SEGMENT.CS),
      stack: p.segment(SEGMENT.SS),
    };
  }

  private spaceNow(): number {
    const { processor: p } = this.cpu;
    return this.system.spaceOf(p.cpl, p.segment(SEGMENT.CS).base);
  }

  /** The thread of a space with a ring-0 stack; a new one takes the space's placeholder first. */
  private find(space: number, key: number): GuestThread {
    const threads = this.of(space);
    const known = threads.find((t) => t.key === key);
    if (known) return known;
    const free = threads.find((t) => t.key === undefined);
    if (free) {
      free.key = key;
      return free;
    }
    const added: GuestThread = { id: { space, thread: threads.length + 1 }, key, saved: undefined };
    threads.push(added);
    return added;
  }

  private of(space: number): GuestThread[] {
    let threads = this.bySpace.get(space);
    if (!threads) this.bySpace.set(space, (threads = [{ id: { space, thread: 1 }, key: undefined, saved: undefined }]));
    return threads;
  }

  /** Where the processor is. */
  current(): ThreadId {
    const space = this.spaceNow();
    if (space === 1) return KERNEL;
    const { id } = this.find(space, this.system.threadKey());
    this.recent.set(space, id);
    return id;
  }

  /** The thread of a space to blame for what happens to the space's memory. */
  ownerIn(space: number): ThreadId {
    return space === 1 ? KERNEL : (this.recent.get(space) ?? { space, thread: 1 });
  }

  list(): Thread[] {
    const current = this.current();
    const same = (id: ThreadId): boolean => id.space === current.space && id.thread === current.thread;
    const kernelDetail = same(KERNEL) ? "running" : this.kernel ? "left by iret" : "not running";
    const out: Thread[] = [{ ...KERNEL, name: "kernel", detail: kernelDetail }];
    for (const space of this.system.spaces()) {
      if (space.id === 1) continue;
      for (const thread of this.of(space.id)) {
        out.push({
          ...thread.id,
          name: `${space.name} thread ${thread.id.thread}`,
          detail: same(thread.id) ? "running" : this.detail(thread),
        });
      }
    }
    return out;
  }

  private detail({ id, saved }: GuestThread): string {
    if (!saved) return "not started";
    const eip = this.savedFrame(id)?.eip ?? saved.eip;
    const place = this.system.symbol(id.space, eip) ?? `0x${eip.toString(16)}`;
    return this.system.describeEntry?.(id.space, eip, saved.general[0]!) ?? `interrupted at ${place}`;
  }

  exists(id: ThreadId): boolean {
    return id.space === 1 ? id.thread === 1 : this.of(id.space).some((t) => t.id.thread === id.thread);
  }

  /** Registers of a thread that is not running; undefined if it has never been seen. */
  saved(id: ThreadId): SavedRegisters | undefined {
    if (id.space === 1) return this.kernel;
    const thread = this.of(id.space).find((t) => t.id.thread === id.thread);
    if (!thread?.saved) return undefined;
    const frame = this.savedFrame(id);
    if (!frame) return thread.saved;
    const general = [...thread.saved.general];
    general[4] = frame.esp;
    const selectors = [...thread.saved.selectors];
    selectors[2] = frame.ss;
    return { ...thread.saved, general, selectors, eip: frame.eip, eflags: frame.eflags };
  }

  /**
   * The frame the processor pushed at the top of the thread's ring-0 stack: eip, cs, eflags, esp, ss. Read where it lies, since the
   * kernel may change it there; undefined if what lies there is no such frame (another CS).
   */
  private savedFrame(id: ThreadId): { at: number; eip: number; eflags: number; esp: number; ss: number } | undefined {
    const thread = this.of(id.space).find((t) => t.id.thread === id.thread);
    if (!thread?.key || !thread.saved) return undefined;
    const at = thread.key - 20;
    const bytes = this.cpu.processor.peekLinear(at, 20);
    if (bytes?.length !== 20) return undefined;
    const view = new DataView(bytes.buffer);
    const word = (n: number): number => view.getUint32(n * 4, true);
    if ((word(1) & 0xffff) !== thread.saved.selectors[1]) return undefined;
    return { at, eip: word(0), eflags: word(2), esp: word(3), ss: word(4) & 0xffff };
  }

  /** Changes a register of a thread that is not running, in the frame the kernel will return through. */
  writeSaved(id: ThreadId, name: string, value: number): true | string {
    const slot = { eip: 0, eflags: 8, esp: 12 }[name];
    if (id.space === 1) return "the kernel is not running now; its registers cannot be changed";
    const frame = this.savedFrame(id);
    if (!frame || slot === undefined) return `the thread is not running: the kernel keeps its ${name} where only the kernel knows`;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
    this.cpu.processor.pokeLinear(frame.at + slot, bytes);
    return true;
  }
}

export const GENERAL_NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"] as const;
export const SELECTOR_NAMES = ["es", "cs", "ss", "ds", "fs", "gs"] as const;
