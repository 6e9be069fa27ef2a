/** Recordings and saved machines as files. */
import { renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { Recorder, type Recording } from "../debug/history/recording.js";
import type { Setup } from "../debug/history/setup.js";
import { loadMachine, saveMachine } from "../debug/history/state-file.js";
import type { Timeline } from "../debug/history/timeline.js";
import type { PlainThreads } from "../debug/threads.js";
import { UserError } from "../errors.js";
import type { Machine } from "../pc/machine.js";
import { stateHash } from "../pc/state-hash.js";
import { openUserFile, readUserFile } from "./files.js";

/** What is not on disk when the process is killed is lost: half of the second that is promised. */
const FLUSH_MILLISECONDS = 500;
const DIFFERS = 3;

export interface HistoryFileOptions {
  readonly record?: string | undefined;
  readonly load?: string | undefined;
  readonly replay?: { readonly path: string; readonly recording: Recording } | undefined;
}

export class HistoryFiles {
  private readonly recorder: Recorder | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** What the file that was loaded knows of threads. */
  readonly threads: PlainThreads | undefined;

  /** @throws UserError naming the file that cannot be read or written */
  constructor(
    private readonly machine: Machine,
    private readonly setup: Setup,
    private readonly options: HistoryFileOptions,
  ) {
    const { record, load } = options;
    if (load !== undefined) this.threads = loadMachine(load, readUserFile(load), machine, setup);
    if (record === undefined) return;
    const file = openUserFile(record);
    this.recorder = new Recorder(setup, (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    });
  }

  /** The machine has been switched on. */
  begin(timeline: Timeline): void {
    this.recorder?.begin(timeline);
    const { replay } = this.options;
    if (replay) timeline.replay(replay.recording.entries, replay.recording.end);
  }

  /** From here on the file is never more than a moment behind. */
  start(stopped: (signal: number) => void): void {
    const { recorder } = this;
    if (!recorder) return;
    this.timer = setInterval(() => recorder.flush(), FLUSH_MILLISECONDS);
    for (const name of ["SIGINT", "SIGTERM", "SIGPIPE"] as const) process.once(name, () => stopped(constants.signals[name]));
  }
  finish(): void {
    clearInterval(this.timer);
    this.recorder?.finish();
  }

  /** A file that is there is replaced only by a whole one. */
  save(path: string, threads: PlainThreads): void {
    const part = `${path}.part`;
    try {
      writeFileSync(part, saveMachine(this.machine, this.setup, threads));
      renameSync(part, path);
    } catch (error) {
      rmSync(part, { force: true });
      throw new UserError(`${path}: ${(error as Error).message}`);
    }
  }

  /** Says whether what was repeated has come to the same; the exit status. */
  judge(): number {
    const { recording, path } = this.options.replay!;
    const hash = stateHash(this.machine);
    const done = `${recording.end.count} instructions and ${recording.entries.length} inputs repeated`;
    const verdict =
      recording.hash === undefined
        ? "the recording was cut off there and has no state hash to compare"
        : recording.hash === hash
          ? "as recorded"
          : `but ${recording.hash} was recorded`;
    process.stderr.write(`pok386: ${path}: ${done}; state hash ${hash}, ${verdict}\n`);
    return recording.hash === undefined || recording.hash === hash ? 0 : DIFFERS;
  }
}
