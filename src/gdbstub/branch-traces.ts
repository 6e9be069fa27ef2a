/**
 * Branch traces in the words of the protocol (GDB manual, "Branch Trace Format" and "Branch Trace Configuration Format"): blocks of
 * instructions executed one behind the other, the latest first, whose end is where the thread is.
 */
import type { BranchRecording, BranchTrace, DebugTarget, ThreadId } from "../debug/target.js";
import { Errno, type Failure, fail } from "./reply.js";
import { attributes } from "./xml.js";

/** Bytes of a branch in a processor's 32-bit branch trace store (SDM volume 3, 17.4.9.2): the size of the buffer is given in bytes. */
const BRANCH_BYTES = 12;
const DEFAULT_SIZE = 64 << 10;
/** A buffer is whole pages, as it is on a host. */
const PAGE = 4096;

const hex = (value: number): string => `0x${value.toString(16)}`;
const key = ({ space, thread }: ThreadId): string => `${space}.${thread}`;

export type ReadType = "all" | "new" | "delta";

/** The runs that the latest branches end, and the one the thread is in; `start` is where the first of them begins. */
const blocks = ({ branches, end }: BranchTrace, latest: number, start: number): string[] => {
  const kept = branches.slice(branches.length - latest);
  const ends = [...kept.map(({ from }) => from), end];
  const begins = [start, ...kept.map(({ to }) => to)];
  return ends.map((last, n) => `<block${attributes({ begin: hex(begins[n]!), end: hex(last) })}/>\n`);
};

/** What the clients of a port record, and how far they have read. */
export class BranchTraces {
  size = DEFAULT_SIZE;
  /** Branches of each recorded thread that the client has read, and the buffer's size. */
  readonly #read = new Map<string, { count: number; readonly size: number }>();

  constructor(private readonly target: DebugTarget) {}

  /** Another one after a restart. */
  get #recording(): BranchRecording | undefined {
    return this.target.branches;
  }

  enable(thread: ThreadId): true | string {
    const size = Math.max(1, Math.ceil(this.size / PAGE)) * PAGE;
    const begun = this.#recording?.begin(thread, Math.floor(size / BRANCH_BYTES)) ?? "there is nothing to record";
    if (begun === true) this.#read.set(key(thread), { count: 0, size });
    return begun;
  }
  disable(thread: ThreadId): boolean {
    this.#recording?.end(thread);
    return this.#read.delete(key(thread));
  }

  /** The machine has forgotten them. */
  forget(): void {
    this.#read.clear();
    this.size = DEFAULT_SIZE;
  }

  configuration(thread: ThreadId): string | Failure {
    const known = this.#read.get(key(thread));
    if (known === undefined) return notEnabled;
    const rows = `<bts${attributes({ size: hex(known.size) })}/>\n`;
    return `<!DOCTYPE btrace-conf SYSTEM "btrace-conf.dtd">\n<btrace-conf version="1.0">\n${rows}</btrace-conf>\n`;
  }

  read(thread: ThreadId, type: ReadType): string | Failure {
    const trace = this.#recording?.of(thread);
    const known = this.#read.get(key(thread));
    if (trace === undefined || known === undefined) return notEnabled;
    const fresh = trace.total - known.count;
    // What has been read last and what is kept now do not meet: the client reads "new" and begins anew.
    if (type === "delta" && fresh > trace.branches.length) return fail(Errno.EOVERFLOW, "Overflow.");
    known.count = trace.total;
    // A delta goes on where the client's last instruction was; gdb 13.1 fails an assertion if it is told that place again.
    const rows = type === "delta" ? blocks(trace, fresh, 0) : blocks(trace, trace.branches.length, trace.start);
    if (type === "new" && fresh === 0) rows.length = 0;
    return `<!DOCTYPE btrace SYSTEM "btrace.dtd">\n<btrace version="1.0">\n${rows.reverse().join("")}</btrace>\n`;
  }
}

const notEnabled = fail(Errno.ENOENT, "Btrace not enabled.");
