/** Random programs in the cold tier and with the hot one forced in at random: both must have the same state after each slice. */
import { HOT } from "../../support/tiers.js";
import { Random } from "../oracle/random.js";
import { type Program, shrink, written } from "./program.js";
import { program } from "./sequence.js";
import { SequenceMachine } from "./sequence-machine.js";

const COLD = { jit: false, schedule: HOT };

/** The two processors, which run one program after the other. */
export class Pair {
  private readonly cold: SequenceMachine;
  readonly hot: SequenceMachine;

  constructor(paging: boolean) {
    this.cold = new SequenceMachine(COLD, paging);
    this.cold.cpu.quick.enabled = false;
    this.hot = new SequenceMachine(COLD, paging);
  }

  /** How the hot tier differs from the cold one; undefined: not at all. */
  difference(p: Program): string | undefined {
    const { cold, hot } = this;
    cold.load(p);
    hot.load(p);
    hot.cpu.setTiers({ jit: true, schedule: p.schedule });
    for (const [n, { event, enter, count }] of p.slices.entries()) {
      cold.happen(event, false);
      hot.happen(event, true);
      if (enter !== undefined) for (const m of [cold, hot]) m.enter(enter);
      const [a, b] = [cold.run(count), hot.run(count)];
      const text = a === b ? cold.difference(hot) : `stops${a} and${b}`;
      if (text) return `slice ${n}: cold and hot: ${text}`;
      if (a.includes("shutdown") || a.includes("halted")) break;
    }
    const text = cold.memoryDifference(hot);
    return text && `at the end: cold and hot: ${text}`;
  }
}
/** By a pair that has run nothing else. */
export const differenceAlone = (p: Program): string | undefined => new Pair(p.paging).difference(p);

/** The programs of a seed; each is the same whichever came before it. */
export const programOf = (seed: number, n: number, paging: boolean): Program =>
  program(new Random(Math.imul(seed, 0x85ebca6b) ^ Math.imul(n, 0xc2b2ae35)), paging);

export interface Tally {
  programs: number;
  /** Loops over random instructions. */
  sequences: number;
  /** Instructions, and those of them that regions executed. */
  instructions: number;
  inRegions: number;
}

/**
 * Runs the programs of a seed up to so many sequences.
 * @throws Error with the program that makes a difference, made small if it does so alone
 */
export function compareTiers(seed: number, sequences: number, paging: boolean, pause: () => void = () => {}): Tally {
  const pair = new Pair(paging);
  const tally = { programs: 0, sequences: 0, instructions: 0, inRegions: 0 };
  for (let n = 0; tally.sequences < sequences; n++) {
    const p = programOf(seed, n, paging);
    const text = pair.difference(p);
    if (text) throw new Error(`program ${n} of seed ${seed}${paging ? ", with paging" : ""}: ${text}\n${alone(p)}`);
    tally.programs++;
    tally.sequences += p.loops.length;
    pause();
  }
  tally.instructions = pair.hot.cpu.retired;
  tally.inRegions = pair.hot.cpu.jit.executed;
  return tally;
}
function alone(p: Program): string {
  if (!differenceAlone(p)) return `only behind those before it:\n${written(p)}`;
  const small = shrink(p, (s) => differenceAlone(s) !== undefined);
  return `${differenceAlone(small)}\n${written(small)}`;
}
