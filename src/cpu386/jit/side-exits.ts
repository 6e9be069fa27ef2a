/**
 * Instructions in front of which regions are left again and again: a store into a line that has code as well, a coprocessor's number out of
 * the ordinary. That costs more than executing them cold in the first place: regions are formed around them then.
 */

const MAX_OFFSETS = 4096;

export class SideExits {
  /** By code context and offset. */
  private readonly counts = new Map<number, { exits: number; since: number }>();

  /**
   * A region was left in front of an instruction.
   * @param executed by all regions so far
   * @param wanted exits at one instruction that decide
   * @returns for how many instructions executed there was one, once there have been as many as that
   */
  note(context: number, ip: number, executed: number, wanted: number): number | undefined {
    const key = context * 2 ** 32 + ip;
    let count = this.counts.get(key);
    if (!count) {
      if (this.counts.size >= MAX_OFFSETS) this.counts.clear();
      this.counts.set(key, (count = { exits: 0, since: executed }));
    }
    if (++count.exits < wanted) return undefined;
    this.counts.delete(key);
    return (executed - count.since) / wanted;
  }
  /** Offsets of a code context at which there have been that many since they were counted anew. */
  frequent(context: number, least: number): number[] {
    const found: number[] = [];
    for (const [key, { exits }] of this.counts) if (exits >= least && Math.floor(key / 2 ** 32) === context) found.push(key % 2 ** 32);
    return found;
  }
  forget(): void {
    this.counts.clear();
  }
}
