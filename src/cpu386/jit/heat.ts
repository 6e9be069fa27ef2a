/** Where time goes: how often grants of instructions ended at which offset, and how long the next one should be. */

/** When code is compiled. */
export interface Schedule {
  /** Instructions of a grant while much is executed cold, and at most. */
  readonly shortest: number;
  readonly longest: number;
  /** Samples at one spot that make it hot. 0: everything is compiled before it is executed for the first time. */
  readonly samples: number;
  /** Each compilation for a spot asks for so many times more samples. */
  readonly backoff: number;
  /** Instructions executed before the first compilation: programs that are shorter have no use for it. */
  readonly patience: number;
  /**
   * Instructions executed for each one that is compiled: so a program that is never hot does not lose much by compilation, whose time is that
   * of some ten thousand: it is young JavaScript that compiles in a short run.
   */
  readonly price: number;
  /**
   * Instructions in a region until regions have executed `trial`: a program may be about to end, which takes it as long as V8 is at work on a
   * region, and what is hot in it runs in small ones as well.
   */
  readonly modest: number;
  readonly trial: number;
  /** Times that regions are left in front of an instruction, without much in between, until they are formed around it. */
  readonly exits: number;
}
export const STANDARD: Schedule = {
  shortest: 20_000,
  longest: 4_000_000,
  samples: 2,
  backoff: 4,
  patience: 8_000_000,
  price: 64_000,
  modest: 120,
  trial: 14_000_000,
  exits: 2_000,
};

/** An operation in TypeScript takes the time of so many instructions of the cold tier: the x87's, mostly. So does the way out of a region. */
const OPERATION = 20;

/** Windows remembered per code context, and exits. */
const MAX_SPOTS = 2048;

/** Cold offsets are counted together by windows of so many bytes: hot code is a loop or a function more often than one block. */
const WINDOW_SHIFT = 8;

interface Spot {
  samples: number;
  /** Where the last one was. */
  ip: number;
  /** How many of them the next compilation wants. */
  wanted: number;
  /** How many there were between the last one and that, at least: more may have come while none could be paid for. */
  apart: number;
}
/** Where regions are left for the cold tier, by offset. */
interface Exits {
  readonly at: Map<number, { samples: number; wanted: number }>;
  /** Since the last compilation for one of them, as theirs. */
  samples: number;
}
/** What is known of a code context. */
interface Spots {
  /** By number of the window. */
  readonly windows: Map<number, Spot>;
  readonly exits: Exits;
}
/** Exits that become entries beside the one that is compiled for: each makes the region larger. */
const MOST_OTHERS = 8;
/** An exit is compiled for if it has this share of the samples: interrupts return to where nobody will leave again. */
const SHARE = 1 / 4;

export class Heat {
  private readonly contexts = new Map<number, Spots>();
  /** Instructions between samples now, and those left until the next. */
  grant: number;
  left: number;
  /** Instructions to be executed before the next compilation. */
  private owed: number;

  constructor(readonly schedule: Schedule = STANDARD) {
    this.grant = this.left = schedule.shortest;
    this.owed = schedule.patience;
  }
  /** Whether code is to be compiled before it has been executed. */
  get isImmediate(): boolean {
    return this.schedule.samples === 0;
  }

  get canCompile(): boolean {
    return this.owed <= 0;
  }
  /** So many instructions have been compiled. */
  owe(instructions: number): void {
    this.owed += instructions * this.schedule.price;
  }
  /** So many have been executed, with so many operations in TypeScript, and exits, among them. */
  pay(instructions: number, operations: number): void {
    this.owed = Math.max(0, this.owed - instructions - operations * OPERATION);
  }

  /** The last grant was executed by regions. */
  hot(): void {
    this.left = this.grant = Math.min(this.schedule.longest, this.grant * 2);
  }
  /** There is something to be found out: look again soon. */
  soon(): void {
    this.left = this.grant = Math.max(this.schedule.shortest, this.grant >> 1);
  }
  /** @returns whether code at the offset, which was executed cold, should be compiled now */
  cold(context: number, ip: number): boolean {
    const wanted = this.note(this.spots(context).windows, ip);
    this.left = this.grant;
    return wanted;
  }
  /**
   * A region was left for the cold tier at an offset.
   * @returns where entries should be compiled now: there first, and at others at which regions are left; none for not yet
   */
  exit(context: number, ip: number): number[] {
    const { exits } = this.spots(context);
    if (exits.at.size > MAX_SPOTS) exits.at.clear();
    let spot = exits.at.get(ip);
    if (!spot) exits.at.set(ip, (spot = { samples: 0, wanted: this.schedule.samples }));
    spot.samples++;
    exits.samples++;
    if (spot.samples < Math.max(spot.wanted, exits.samples * SHARE) || !this.canCompile) return [];
    spot.wanted = Math.max(1, spot.wanted) * this.schedule.backoff;
    const others = [...exits.at]
      .filter(([at, { samples }]) => at !== ip && samples > 0)
      .sort((a, b) => b[1].samples - a[1].samples)
      .slice(0, MOST_OTHERS)
      .map(([at]) => at);
    exits.samples = 0;
    for (const each of exits.at.values()) each.samples = 0;
    return [ip, ...others];
  }
  private spots(context: number): Spots {
    let spots = this.contexts.get(context);
    if (!spots) this.contexts.set(context, (spots = { windows: new Map(), exits: { at: new Map(), samples: 0 } }));
    return spots;
  }
  private note(windows: Map<number, Spot>, ip: number): boolean {
    const { shortest, longest, samples, backoff } = this.schedule;
    if (windows.size > MAX_SPOTS) windows.clear();
    const window = ip >>> WINDOW_SHIFT;
    let spot = windows.get(window);
    if (!spot) windows.set(window, (spot = { samples: 0, ip, wanted: samples, apart: samples }));
    spot.samples++;
    spot.ip = ip;
    if (spot.samples < spot.wanted) {
      // Nothing can be done about it: look less often.
      this.grant = spot.wanted > samples ? Math.min(longest >> 4, this.grant * 2) : shortest;
      return false;
    }
    if (!this.canCompile) return false;
    spot.apart = Math.max(1, spot.apart) * backoff;
    spot.wanted = spot.samples + spot.apart;
    this.grant = shortest;
    return true;
  }

  /** Offsets of a context with at least one sample, those with the most first. */
  hottest(context: number, count: number): number[] {
    return [...this.spots(context).windows]
      .sort((a, b) => b[1].samples - a[1].samples)
      .slice(0, count)
      .map(([, { ip }]) => ip);
  }
  forget(): void {
    this.contexts.clear();
    this.grant = this.left = this.schedule.shortest;
  }
}
