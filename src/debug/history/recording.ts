/** A run in a file: what the machine was made of, and what came to it when. Written as it runs, so that nothing is lost but the last moments. */
import type { CpuState } from "../../cpu386/cpu.js";
import { UserError } from "../../errors.js";
import { stateHash } from "../../pc/state-hash.js";
import { chunksOf, header, jsonChunk, jsonOf } from "./container.js";
import { drain } from "./excursion.js";
import type { Entry } from "./log.js";
import type { Position } from "./position.js";
import type { Setup } from "./setup.js";
import { plainCpu, readCpu } from "./state-file.js";
import type { Timeline } from "./timeline.js";

export interface Recording {
  readonly setup: Setup;
  readonly entries: Entry[];
  /** How far it goes. */
  readonly end: Position;
  /** Of the state there; undefined if the recording was cut off. */
  readonly hash: string | undefined;
}

/** Tags: what the machine is made of; power-on; an entry with its number; entries from a number on never happened; so far it has run; the end. */
const TAG = { setup: "SETU", boot: "BOOT", entry: "ENTR", fork: "FORK", mark: "MARK", end: "END " } as const;

export class Recorder {
  private timeline: Timeline | undefined;
  private written = 0;
  private marked = -1;
  private lastUntil = 0;

  /** @param write appends to the file */
  constructor(
    setup: Setup,
    private readonly write: (bytes: Uint8Array) => void,
  ) {
    write(Buffer.concat([header("reco"), jsonChunk(TAG.setup, setup)]));
  }

  /** A machine has been switched on; what was recorded before is another life. */
  begin(timeline: Timeline): void {
    this.timeline = timeline;
    this.written = 0;
    this.marked = -1;
    this.write(jsonChunk(TAG.boot, {}));
    timeline.onFork = (entries) => {
      this.written = Math.min(this.written, entries);
      this.write(jsonChunk(TAG.fork, { entries, ...timeline.end }));
    };
  }

  /** Writes what there is to be written; to be called once a second. */
  flush(): void {
    const { timeline } = this;
    if (!timeline) return;
    const { entries } = timeline.log;
    // The last one may have grown since.
    const last = entries[this.written - 1]?.what;
    if (last?.kind === "held" && last.until !== this.lastUntil) this.written--;
    const parts: Buffer[] = [];
    for (; this.written < entries.length; this.written++)
      parts.push(jsonChunk(TAG.entry, { n: this.written, ...plainEntry(entries[this.written]!) }));
    const newest = entries.at(-1)?.what;
    this.lastUntil = newest?.kind === "held" ? newest.until : 0;
    const { count, settled } = timeline.end;
    if (count !== this.marked || parts.length > 0) parts.push(jsonChunk(TAG.mark, { count, settled }));
    this.marked = count;
    if (parts.length > 0) this.write(Buffer.concat(parts));
  }

  /** The machine goes no further. */
  finish(): void {
    const { timeline } = this;
    if (!timeline) return;
    if (timeline.past && timeline.snapshots) drain(timeline.seek(timeline.end, Number.POSITIVE_INFINITY));
    this.flush();
    this.write(jsonChunk(TAG.end, { ...timeline.end, hash: stateHash(timeline.machine) }));
  }
}

interface WrittenEntry extends Omit<Entry, "what"> {
  readonly n: number;
  readonly what: Entry["what"] | { readonly kind: "processor"; readonly state: ReturnType<typeof plainCpu> };
}
const plainEntry = ({ what, ...rest }: Entry): object => ({
  ...rest,
  what: what.kind === "processor" ? { kind: what.kind, state: plainCpu(what.state) } : what,
});
function readEntry({ at, settled, what }: WrittenEntry): Entry {
  if (what.kind !== "processor") return { at, settled, what };
  const state: CpuState =
    "words" in what.state && typeof what.state.words === "string"
      ? readCpu(what.state as ReturnType<typeof plainCpu>)
      : (what.state as CpuState);
  return { at, settled, what: { kind: "processor", state } };
}

/** @throws UserError naming the file */
export function readRecording(path: string, file: Uint8Array): Recording {
  const { chunks } = chunksOf(path, file, "reco");
  let setup: Setup | undefined;
  let entries: Entry[] = [];
  let end: Position = { count: 0, settled: true };
  let hash: string | undefined;
  for (const chunk of chunks) {
    const read = <T>(): T => jsonOf<T>(path, chunk);
    if (chunk.tag === TAG.setup) setup = read();
    else if (chunk.tag === TAG.entry) {
      const entry = read<WrittenEntry>();
      entries[entry.n] = readEntry(entry);
    } else if (chunk.tag === TAG.boot) {
      entries = [];
      end = { count: 0, settled: true };
    } else if (chunk.tag === TAG.fork) {
      const fork = read<{ entries: number } & Position>();
      entries.length = fork.entries;
      end = { count: fork.count, settled: fork.settled };
    } else if (chunk.tag === TAG.mark) end = read();
    else if (chunk.tag === TAG.end) ({ hash, ...end } = read<{ hash: string } & Position>());
  }
  if (!setup) throw new UserError(`${path}: is cut off before anything was recorded`);
  return { setup, entries, end, hash };
}
