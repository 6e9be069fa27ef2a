/** The PC's timer: an 8254 with three channels. Channel 0 drives IRQ 0; channel 2 has its gate and output at port 0x61. */
import type { Board, Device, Timer } from "./board.js";
import { PitChannel, type PitChannelState } from "./pit-channel.js";
import { TimeBase } from "./timebase.js";

/** A third of the NTSC colour subcarrier's frequency times four; the PC's, to the nearest hertz. */
export const PIT_HZ = 1193182;

const IRQ = 0;
const CHANNEL0 = 0x40;
const CONTROL = 0x43;
const PORT_B = 0x61;
const READ_BACK = 3;
/** Memory refresh requests, which port 0x61 bit 4 counts: one in 18 ticks, about 15 microseconds. */
const REFRESH_TICKS = 18;

interface Saved {
  readonly channels: readonly PitChannelState[];
  readonly portB: number;
  readonly driven: number;
}

export class Pit8254 implements Device {
  readonly name = "timer";
  private readonly channels = [new PitChannel(), new PitChannel(), new PitChannel()] as const;
  private board!: Board;
  private time!: TimeBase;
  /** The bits of port 0x61 that can be written: 0 = gate of channel 2, 1 = speaker; 2 and 3 are kept and do nothing. */
  private portB = 0;
  /** The tick up to which channel 0's output has been passed on. */
  private driven = 0;
  private edge: Timer | undefined;
  private driving = false;

  attach(board: Board): void {
    this.board = board;
    this.time = new TimeBase(PIT_HZ, board.clock.ips);
    board.ports.claim(this.name, CHANNEL0, 4, {
      read: (port) => {
        this.drive();
        return port === CONTROL ? 0xff : this.channels[port - CHANNEL0]!.read(this.tick);
      },
      write: (port, _size, value) => {
        this.drive();
        if (port === CONTROL) this.control(value);
        else this.channels[port - CHANNEL0]!.write(value, this.tick);
        this.drive();
      },
    });
    board.ports.claim(this.name, PORT_B, 1, {
      read: () => this.readPortB(),
      write: (_port, _size, value) => {
        this.portB = value & 0x0f;
        this.channels[2].setGate((value & 1) !== 0, this.tick);
      },
    });
    board.irq.passesFallsLate(IRQ, () => this.refresh());
    this.reset();
  }

  /** Would the speaker's cone be pushed out now? */
  get speaker(): boolean {
    return (this.portB & 2) !== 0 && this.channels[2].out(this.tick);
  }

  reset(): void {
    this.forgetEdge();
    this.portB = 0;
    this.driven = this.tick;
    this.channels.forEach((channel, n) => {
      channel.reset(this.tick, n !== 2);
    });
    this.drive();
  }

  save(): unknown {
    this.refresh();
    return { channels: this.channels.map((channel) => ({ ...channel.state })), portB: this.portB, driven: this.driven } satisfies Saved;
  }

  load(state: unknown): void {
    const { channels, portB, driven } = state as Saved;
    channels.forEach((channel, n) => {
      this.channels[n]!.state = { ...channel };
    });
    this.portB = portB;
    this.driven = driven;
    this.forgetEdge();
    this.scheduleEdge();
  }

  private get tick(): number {
    return this.time.ticks(this.board.clock.now);
  }

  private control(value: number): void {
    const { tick } = this;
    const channel = value >> 6;
    if (channel === READ_BACK) {
      for (const [n, each] of this.channels.entries()) {
        if ((value & (2 << n)) === 0) continue;
        if ((value & 0x20) === 0) each.latchCount(tick);
        if ((value & 0x10) === 0) each.latchStatus(tick);
      }
    } else if ((value & 0x30) === 0) {
      this.channels[channel]!.latchCount(tick);
    } else {
      this.channels[channel]!.control(value);
    }
  }

  private readPortB(): number {
    const { tick } = this;
    const refresh = Math.floor(tick / REFRESH_TICKS) % 2 === 1;
    return this.portB | (refresh ? 0x10 : 0) | (this.channels[2].out(tick) ? 0x20 : 0);
  }

  private drive(): void {
    this.driveTo(this.tick);
    this.scheduleEdge();
  }

  /** Passes channel 0's output on to IRQ 0, edge by edge: a low pulse may be shorter than an instruction. */
  private driveTo(tick: number): void {
    const [channel] = this.channels;
    this.driving = true;
    for (;;) {
      const next = channel.nextEdge(this.driven);
      if (next === undefined || next > tick) break;
      this.driven = next;
      this.board.irq.set(IRQ, channel.out(next));
    }
    this.driven = tick;
    this.board.irq.set(IRQ, channel.out(tick));
    this.driving = false;
  }

  /** Catches up on a fall that no alarm was set for, as that would have passed it on, and sets the alarm for what matters now. */
  private refresh(): void {
    if (this.driving) return;
    for (;;) {
      const next = this.channels[0].nextEdge(this.driven);
      const when = next === undefined ? Number.POSITIVE_INFINITY : this.time.reading(next);
      if (when > this.board.clock.now || (this.edge && when >= this.edge.when)) break;
      this.driveTo(this.time.ticks(when));
    }
    this.scheduleEdge();
  }

  /** An alarm for the next edge: each ends what the processor has under way, so a fall that nobody minds has none. */
  private scheduleEdge(): void {
    const next = this.nextThatMatters();
    const when = next === undefined ? undefined : this.time.reading(next);
    const { edge } = this;
    if (edge?.when === when) return;
    this.edge = undefined;
    if (when !== undefined) {
      this.edge = this.board.clock.at(when, this.meetEdge);
    }
    // After the other is set: an alarm that becomes a later one is no news to the processor.
    edge?.cancel();
  }

  /** One function for all alarms: a new one each time is slow to call. */
  private readonly meetEdge = (): void => {
    this.edge = undefined;
    this.drive();
  };

  private nextThatMatters(): number | undefined {
    const [channel] = this.channels;
    const next = channel.nextEdge(this.driven);
    // Looking ahead would load a count that waits.
    if (next === undefined || channel.state.next !== undefined || channel.out(next) || this.board.irq.mindsFall(IRQ)) return next;
    return channel.nextEdge(next);
  }

  private forgetEdge(): void {
    this.edge?.cancel();
    this.edge = undefined;
  }
}
