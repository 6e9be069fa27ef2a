/** A machine with a debugger's target around it, driven from here, without a process or a protocol in between. */
import { readFileSync } from "node:fs";
import { RAM } from "../../../src/cpu386/layout.js";
import { MachineTarget } from "../../../src/debug/machine-target.js";
import type { ResumePlan, Stop } from "../../../src/debug/target.js";
import type { Machine, MachineOptions } from "../../../src/pc/machine.js";
import { stateHash } from "../../../src/pc/state-hash.js";
import { PokSystem } from "../../../src/pok/model.js";
import { image } from "../../support/pok386.js";
import { SPARING, verifies } from "../../support/tiers.js";
import { verified } from "../../support/verified.js";

const MEGABYTE = 0x100000;

export class Driver {
  readonly machine: Machine;
  readonly target: MachineTarget;
  readonly messages: string[] = [];
  output = "";
  /** Called before each stretch that is run. */
  beforeTurn: (() => void) | undefined;
  private stop: Stop | undefined;

  /**
   * @param kernel an image's name, or its bytes
   * @param historyBytes undefined: none is kept
   * @param observed false: as without a debugger, threads are not followed
   */
  constructor(kernel: string | Uint8Array, historyBytes: number | undefined = 64 * MEGABYTE, turnLength = 250_000, observed = true) {
    const options: MachineOptions = {
      memoryBytes: 16 * MEGABYTE,
      ips: 10_000_000,
      boot: {
        kind: "multiboot",
        path: "kernel",
        bytes: typeof kernel === "string" ? new Uint8Array(readFileSync(image(kernel))) : kernel,
      },
      console: (bytes) => {
        this.output += Buffer.from(bytes).toString("latin1");
      },
    };
    this.machine = verified(options, ({ cpu }) => verifies && cpu.setTiers({ jit: true, schedule: SPARING }));
    this.target = new MachineTarget({
      machine: this.machine,
      system: (machine) => new PokSystem(machine, []),
      // In place of a host that gives it turns, the test asks for them.
      pump: (turn) => {
        this.turn = turn;
      },
      turnLength,
      historyBytes,
      observed,
    });
    this.target.onStop((stop) => {
      this.stop = stop;
    });
    this.target.onMessage((text) => this.messages.push(text));
  }
  private turn: () => boolean = () => false;

  resume(plan: ResumePlan = { alone: false }): Stop {
    this.begin(plan);
    return this.goOn();
  }
  goOn(): Stop {
    while (this.turn());
    return this.stop!;
  }
  /** Only some turns. */
  begin(plan: ResumePlan = { alone: false }, turns = 0): void {
    this.stop = undefined;
    this.target.resume(plan);
    for (let n = 0; n < turns; n++) this.turn();
  }
  /** Runs to a count, as Ctrl-C would stop it there. */
  runTo(count: number): void {
    const { timeline } = this.target.history!;
    while (this.machine.now < count) {
      this.beforeTurn?.();
      const { kind } = timeline.run(count - this.machine.now);
      if (kind === "power" || kind === "dead") throw new Error(`it ends at ${this.machine.now}: ${kind}`);
    }
  }
  /** The same, or to where it ends before. */
  tryTo(count: number): void {
    const { timeline } = this.target.history!;
    let kind: string = "budget";
    while (this.machine.now < count && ["budget", "attention", "exception"].includes(kind))
      ({ kind } = timeline.run(count - this.machine.now));
  }
  step(): Stop {
    return this.resume({ step: { thread: this.target.current() }, alone: false });
  }
  back(): Stop {
    return this.resume({ step: { thread: this.target.current() }, alone: false, backwards: true });
  }
  /** As the monitor's goto. */
  goto(count: number, settled = true): void {
    for (const _ of this.target.history!.timeline.seek({ count, settled }, 1_000_000));
  }
  get hash(): string {
    return stateHash(this.machine);
  }
}

/** A copy. */
export const ramOf = ({ cpu: { processor } }: Machine): Uint8Array => processor.u8.slice(RAM, RAM + processor.memory.size);

/** Numbers that look random and are the same each time. */
export function* numbers(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}
