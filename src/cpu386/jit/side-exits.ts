/**
 * Instructions in front of which regions are left again and again: a store into a line that has code as well, a coprocessor's number out of
 * the ordinary. That costs more than executing them cold in the first place: regions are formed around them then.
 */

/** So many exits at one instruction decide, if the regions have executed no more than so many instructions for each. */
const EXITS = 2_000;
const APART = 500;
const MAX_OFFSETS = 4096;

export class SideExits {
  /** By code context and offset. */
  private readonly counts = new Map<number, { exits: number; since: number }>();

  /**
   * A region was left in front of an instruction.
   * @param executed by all regions so far
   * @returns whether it is one that they should not have
   */
  note(context: number, ip: number, executed: number): boolean {
    const key = context * 2 ** 32 + ip;
    const count = this.counts.get(key);
    if (!count) {
      if (this.counts.size >= MAX_OFFSETS) this.counts.clear();
      this.counts.set(key, { exits: 1, since: executed });
      return false;
    }
    if (++count.exits < EXITS) return false;
    this.counts.delete(key);
    return executed - count.since <= EXITS * APART;
  }
  forget(): void {
    this.counts.clear();
  }
}
