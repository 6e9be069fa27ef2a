/** What a region as a whole is made with, and what comes to be known of it on the way. */

/** What a region as a whole needs to know of its nodes. */
export class Facts {
  readonly used = new Set<number>();
  readonly modified = new Set<number>();
  flagsUsed = false;
  flagsModified = false;
  temporaries = 0;
  /** Keys of the pages remembered, by what they stand for. */
  readonly pages = new Map<string, number>();
  /** Words of the processor's state that were taken for constants: entry is refused if they have changed. */
  readonly assumed = new Map<number, number>();
  /** Offsets of instructions that make sure of a window. */
  readonly windows = new Set<number>();
}

export interface StaticOptions {
  /** Loads test the line flags as well. */
  readonly watchLoads: boolean;
  readonly paging: boolean;
  /** Segment bases and bounds are read from the processor's state at each access, not assumed. */
  readonly anySegments: boolean;
  /** Segment registers that the region loads: always read from the state. */
  readonly loadedSegments: ReadonlySet<number>;
  /** Records whose accesses are in no window. */
  readonly narrow: ReadonlySet<number>;
}
