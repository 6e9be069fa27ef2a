/** Runs again what has been run, by the log: the one way in which it may differ from then is where it is left. */
import type { RunOptions } from "../../cpu386/cpu.js";
import type { Machine, MachineExit } from "../../pc/machine.js";
import type { KilledSpaces } from "../killed.js";
import { apply } from "./apply.js";
import type { Happening, InputLog } from "./log.js";
import type { Position } from "./position.js";

export class Repeater {
  /** What happens is in the log already. */
  applying = false;

  constructor(
    private readonly machine: Machine,
    private readonly log: InputLog,
    private readonly killed: Pick<KilledSpaces, "add">,
  ) {}

  private get now(): number {
    return this.machine.now;
  }
  apply(what: Happening): void {
    this.applying = true;
    apply(this.machine, this.killed, what);
    this.applying = false;
  }

  /** Repeats at most `most` instructions on the way to a moment of the past; "there" once it is reached. */
  towards(target: Position, most: number, options: RunOptions = {}): MachineExit | "there" {
    const end = Math.min(target.count, this.now + most);
    let each = options;
    for (;;) {
      if (this.now >= target.count) return this.settleAt(target);
      this.doDue(true);
      const exit = this.repeat(end, target, each);
      // The machine may have ended there, or sleep.
      const ends =
        exit.kind === "budget" || exit.kind === "power" || exit.kind === "dead" || exit.kind === "asleep" || exit.kind === "shutdown";
      if (ends && this.now >= target.count) return this.settleAt(target);
      if (exit.kind !== "budget") return exit;
      if (this.now >= end) return exit;
      each = { ...options, passBreakpoint: false };
    }
  }

  /** A stretch between two entries of the log. It alone says when interrupts have to wait. */
  private repeat(end: number, target: Position, options: RunOptions): MachineExit {
    const { now, machine, log } = this;
    const held = log.heldUntil(now);
    if (held !== undefined) return machine.run(Math.min(end, held) - now, { ...options, interrupts: false });
    // What comes after an exception at this very count has to wait for it.
    const limit = Math.min(end, Math.max(now + 1, log.nextStop?.at ?? Number.POSITIVE_INFINITY));
    // To arrive before what is due there, the last instruction must not take an interrupt on its way out. Nor must a step.
    const isLast = !target.settled && limit === target.count;
    if (isLast && limit - now > 1) return machine.run(limit - now - 1, { ...options, interrupts: true });
    if (!isLast && options.interrupts !== false) return machine.run(limit - now, options);
    machine.run(0);
    return machine.run(Math.min(1, limit - this.now), { ...options, interrupts: false });
  }

  private settleAt({ count, settled }: Position): "there" {
    if (count > this.now || !settled) return "there";
    this.doDue(false);
    if (this.log.heldUntil(count) === undefined) this.machine.run(0);
    return "there";
  }

  /** What the log has for this moment; of that which came when everything due had happened, only if asked. */
  doDue(all: boolean): void {
    const { log, machine } = this;
    for (let entry = log.upcoming; entry !== undefined && entry.at <= this.now; entry = log.upcoming) {
      const { what, settled } = entry;
      if ((what.kind === "kept" && entry.at === this.now) || (what.kind === "held" && what.until > this.now) || (settled && !all)) return;
      if (settled && what.kind !== "held") machine.run(0);
      log.next++;
      this.apply(what);
    }
  }
}
