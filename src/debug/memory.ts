/** Memory as debuggers address it: through the view of a space, checked against its limit, or by the address on the bus. Without side effect. */
import { linear, physical } from "../cpu386/address.js";
import type { Machine } from "../pc/machine.js";
import { readImage } from "./executable.js";
import type { SystemModel, SystemSpace } from "./system.js";
import type { SpaceMemory } from "./target.js";
import type { Views } from "./views.js";

const hex = (value: number): string => `0x${value.toString(16)}`;
const nothingAt = (at: number): string => `there is no memory at ${hex(at)}`;

export class DebugMemory implements SpaceMemory {
  constructor(
    private readonly machine: Machine,
    private readonly system: SystemModel,
    private readonly views: Views,
  ) {}

  private space(id: number): SystemSpace | undefined {
    return this.system.spaces().find((s) => s.id === id);
  }

  readPhysical(address: number, length: number): Uint8Array | string {
    return this.machine.peek(address, length) ?? nothingAt(address);
  }
  writePhysical(address: number, bytes: Uint8Array): true | string {
    return this.machine.cpu.processor.memory.poke(physical(address), bytes) || nothingAt(address);
  }

  read(id: number, address: number, length: number): Uint8Array | string {
    const space = this.space(id);
    if (!space) return `there is no process ${id}`;
    const at = address >>> 0;
    const view = this.views.of(id);
    if (view === "physical") return this.readPhysical(at, length);
    if (view !== "segment") return this.peek(at, length);
    if (space.segments) {
      const { base, limit } = space.segments;
      if (at > limit) return `offset ${hex(at)} passes ${space.name}'s limit ${hex(limit)}`;
      return this.peek(base + at, Math.min(length, limit - at + 1));
    }
    // A partition that has no segments yet shows what its executable will load.
    return readImage(space.executable?.bytes, at, length) ?? `${space.name} has no segments yet`;
  }
  private peek(at: number, length: number): Uint8Array | string {
    return this.machine.cpu.processor.peekLinear(linear(at), length) ?? nothingAt(linear(at));
  }

  write(id: number, address: number, bytes: Uint8Array): true | string {
    const space = this.space(id);
    if (!space) return `there is no process ${id}`;
    const at = address >>> 0;
    const view = this.views.of(id);
    if (view === "physical") return this.writePhysical(at, bytes);
    if (view === "segment" && !space.segments) return `${space.name} has no segments yet`;
    const { base, limit } = (view === "segment" ? space.segments : undefined) ?? { base: 0, limit: 0xffffffff };
    const last = at + bytes.length - 1;
    if (last > limit) return `offset ${hex(last)} passes ${space.name}'s limit ${hex(limit)}`;
    return this.machine.cpu.processor.pokeLinear(linear(base + at), bytes) || nothingAt(at);
  }
}
