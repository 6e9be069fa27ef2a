/** Whatever a debugger does on the way, what is left of it is one run, which a machine without a debugger repeats. */
import { expect, it } from "vitest";
import { busyKernel } from "./busy-kernel.js";
import { Driver, numbers } from "./driver.js";

const KERNELS = [busyKernel().image, "irq.elf", "slice.elf", "pok-two.elf", "test-clock.elf", "forward-2013.elf"] as const;
const SEEDS = Number(process.env.POK386_HISTORY_SEEDS ?? 12);

function session(seed: number): Driver {
  const random = numbers(seed);
  const below = (n: number): number => Math.floor(random.next().value * n);
  const kernel = KERNELS[seed % KERNELS.length]!;
  const driver = new Driver(kernel, 64 << 20, 1 + below(3) * 10_000);
  const { target, machine } = driver;
  const { timeline } = target.history!;
  const actions = [
    () => driver.tryTo(machine.now + below(80_000)),
    () => driver.tryTo(machine.now + below(200)),
    () => Array.from({ length: below(50) }, () => driver.step()),
    () => Array.from({ length: below(12) }, () => driver.back()),
    () => driver.goto(timeline.start.count + below(timeline.end.count - timeline.start.count)),
    () => driver.goto(timeline.end.count),
    () => target.physicalMemory.write(0x9000 + below(4096), Uint8Array.of(below(256))),
    () => target.registers.write(target.current(), "esi", Uint8Array.of(below(256), 0, 0, 0)),
    () => target.type(Buffer.from("ab")),
    () => target.inject({ kind: "keys", codes: [0x1e, 0x9e] }),
    () => {
      const { space } = target.current();
      target.points.insert("execute", space, target.run.eip, 1);
      driver.resume({ alone: false, backwards: true });
      target.points.clear();
    },
    () => {
      target.points.insert("write", 1, machine.cpu.processor.word(16) & ~3, 4);
      driver.resume({ alone: false, backwards: true });
      target.points.clear();
    },
  ];
  for (let n = 0; n < 40; n++) actions[below(actions.length)]!();
  driver.goto(timeline.end.count);
  return driver;
}

it.each(Array.from({ length: SEEDS }, (_, n) => n))("session %i", (seed) => {
  const driver = session(seed);
  const { timeline } = driver.target.history!;
  driver.machine.run(0);
  const { end, log } = timeline;
  const replay = new Driver(KERNELS[seed % KERNELS.length]!, 0);
  const again = replay.target.history!.timeline;
  again.replay(log.entries, end);
  const random = numbers(seed + 1000);
  // The end has what came to a machine that stopped there; other moments are those before it came.
  const counts = Array.from({ length: 5 }, () => Math.floor(random.next().value * end.count))
    .filter((count) => count < end.count)
    .sort((a, b) => a - b);
  for (const count of counts) {
    const moment = { count, settled: true };
    while (again.towards(moment, 1_000_000) !== "there");
    driver.goto(count);
    expect(driver.hash, `at ${count}`).toBe(replay.hash);
  }
  while (again.run(1_000_000).kind !== "history-end");
  replay.machine.run(0);
  driver.goto(end.count);
  driver.machine.run(0);
  expect(driver.hash).toBe(replay.hash);
});
