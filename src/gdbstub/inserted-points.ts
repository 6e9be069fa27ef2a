/** Which Z packets are in force. The target knows kinds of points; the protocol's types and who inserted them stay here. */
import type { Points } from "../debug/target.js";

/** The types of Z packets (GDB manual, "Packets": z type). */
export type PointType = 0 | 1 | 2 | 3 | 4;

export const SOFTWARE_BREAKPOINT: PointType = 0;
export const HARDWARE_BREAKPOINT: PointType = 1;

/** Software and hardware breakpoints are one and the same here: neither is written into memory, and there are as many as one likes. */
const KINDS = ["execute", "execute", "write", "read", "access"] as const;

export interface Point {
  readonly type: PointType;
  readonly space: number;
  readonly address: number;
  readonly length: number;
}

const key = ({ type, space, address, length }: Point): string => `${type}:${space}:${address}:${length}`;

export class InsertedPoints {
  readonly #inserted = new Map<string, Point>();

  constructor(private readonly points: Points) {}

  insert(point: Point): true | string {
    const done = this.points.insert(KINDS[point.type], point.space, point.address, point.length);
    if (done === true) this.#inserted.set(key(point), point);
    return done;
  }

  remove(point: Point): void {
    this.#inserted.delete(key(point));
    // The other type of breakpoint at the same place is the same point to the target.
    const twin = point.type <= HARDWARE_BREAKPOINT && this.#inserted.has(key({ ...point, type: point.type === 0 ? 1 : 0 }));
    if (!twin) this.points.remove(KINDS[point.type], point.space, point.address, point.length);
  }

  /** Those of a process the client has let go. */
  removeAllOf(space: number): void {
    for (const point of [...this.#inserted.values()]) if (point.space === space) this.remove(point);
  }

  has(type: PointType, space: number, address: number): boolean {
    for (const point of this.#inserted.values()) if (point.type === type && point.space === space && point.address === address) return true;
    return false;
  }
}
