import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../src/pc/clock.js";

function clockAt(start = 0) {
  const time = { now: start };
  const clock = new VirtualClock(() => time.now, 1_000_000);
  return { time, clock };
}

test("the clock reads what the processor says", () => {
  const { time, clock } = clockAt(7);
  expect(clock.now).toBe(7);
  time.now = 9;
  expect(clock.now).toBe(9);
});

test("an alarm fires at its reading, not before", () => {
  const { time, clock } = clockAt();
  const fired: number[] = [];
  clock.at(10, () => fired.push(time.now));
  time.now = 9;
  clock.fireDue();
  expect(fired).toEqual([]);
  time.now = 10;
  clock.fireDue();
  clock.fireDue();
  expect(fired).toEqual([10]);
});

test("alarms fire by time, and in the order of asking at equal times", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (whens) => {
      const { time, clock } = clockAt();
      const fired: number[] = [];
      whens.forEach((when, n) => {
        clock.at(when, () => fired.push(n));
      });
      time.now = 20;
      clock.fireDue();
      expect(fired).toEqual(whens.map((_, n) => n).sort((a, b) => whens[a]! - whens[b]! || a - b));
    }),
  );
});

test("a cancelled alarm is not the next one and does not fire", () => {
  const { time, clock } = clockAt();
  const fired: string[] = [];
  const early = clock.at(1, () => fired.push("early"));
  clock.at(2, () => fired.push("late"));
  early.cancel();
  expect(clock.next()).toBe(2);
  time.now = 5;
  clock.fireDue();
  expect(fired).toEqual(["late"]);
  expect(clock.next()).toBeUndefined();
});

test("an alarm set while firing, and already due, fires in the same go", () => {
  const { time, clock } = clockAt();
  const fired: string[] = [];
  clock.at(1, () => clock.at(1, () => fired.push("second")));
  time.now = 1;
  clock.fireDue();
  expect(fired).toEqual(["second"]);
});

test("onEarlier hears of an alarm that becomes the earliest, and of no other", () => {
  const { clock } = clockAt();
  const heard: number[] = [];
  clock.onEarlier = (when) => heard.push(when);
  clock.at(10, () => {});
  clock.at(20, () => {});
  clock.at(10, () => {});
  clock.at(5, () => {});
  expect(heard).toEqual([10, 5]);
});

test("clear forgets everything", () => {
  const { time, clock } = clockAt();
  clock.at(1, () => expect.unreachable());
  clock.clear();
  time.now = 2;
  clock.fireDue();
  expect(clock.next()).toBeUndefined();
});
