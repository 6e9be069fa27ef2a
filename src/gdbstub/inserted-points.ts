/** Which Z packets are in force. The target knows kinds of points; the protocol's types and who inserted them stay here. */
import type { Points } from "../debug/target.js";
import type { AgentMachine } from "./agent/machine.js";
import { either, type PointOptions, pointCheck } from "./agent/point-check.js";

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

const PLAIN: PointOptions = { conditions: [], commands: [], persistent: false };

const key = ({ space, address, length }: Point): string => `${space}:${address}:${length}`;

interface Inserted {
  readonly point: Point;
  readonly options: PointOptions;
}

export class InsertedPoints {
  /** By type. */
  readonly #inserted = KINDS.map(() => new Map<string, Inserted>());
  readonly #machine: AgentMachine;

  /** Trace state variables are the machine's: one set for all expressions. */
  constructor(
    private readonly points: Points,
    machine: AgentMachine,
  ) {
    this.#machine = machine;
  }

  insert(point: Point, options: PointOptions = PLAIN): true | string {
    const check = pointCheck(options, this.#machine);
    const twin = this.#twin(point);
    const behaviour = {
      check: twin === undefined ? check : either(check, pointCheck(twin.options, this.#machine)),
      persistent: options.persistent || twin?.options.persistent === true,
    };
    const done = this.points.insert(KINDS[point.type], point.space, point.address, point.length, behaviour);
    if (done === true) this.#inserted[point.type]!.set(key(point), { point, options });
    return done;
  }

  remove(point: Point): void {
    this.#inserted[point.type]!.delete(key(point));
    const twin = this.#twin(point);
    if (twin === undefined) this.points.remove(KINDS[point.type], point.space, point.address, point.length);
    else this.insert(twin.point, twin.options);
  }

  /** The other type of breakpoint at the same place is the same point to the target. */
  #twin(point: Point): Inserted | undefined {
    if (point.type > HARDWARE_BREAKPOINT) return undefined;
    const others = this.#inserted[point.type === HARDWARE_BREAKPOINT ? SOFTWARE_BREAKPOINT : HARDWARE_BREAKPOINT]!;
    return others.size > 0 ? others.get(key(point)) : undefined;
  }

  /** Those of a process the client has let go, but what it has asked to stay. */
  removeAllOf(space: number): void {
    for (const inserted of this.#inserted)
      for (const { point, options } of [...inserted.values()]) {
        if (point.space !== space) continue;
        if (options.persistent) inserted.delete(key(point));
        else this.remove(point);
      }
  }

  has(type: PointType, space: number, address: number): boolean {
    for (const { point } of this.#inserted[type]!.values()) if (point.space === space && point.address === address) return true;
    return false;
  }
}
