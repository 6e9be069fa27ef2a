/** Breakpoints that debuggers take out at each stop and put back in: code stays as it is decoded, and whoever runs on meets the right ones. */
import { expect, test } from "vitest";
import { at, tinyKernel } from "../support/tiny-kernel.js";
import { Driver } from "./history/driver.js";

const KERNEL = 1;
const INC_EAX = 0x40;
const INC_EBX = 0x43;
const { image, labels } = tinyKernel(at("loop"), INC_EAX, at("second"), INC_EBX, [0xeb, 0xfc]);
const loop = labels.get("loop")!;
const second = labels.get("second")!;

/** Stopped by a breakpoint at "second". */
function stopped(): Driver {
  const driver = new Driver(image);
  driver.target.points.insert("execute", KERNEL, second, 1);
  expect(driver.resume().reason.kind).toBe("breakpoint");
  return driver;
}
const eip = ({ machine }: Driver): number => machine.cpu.processor.eip;

test("a step over one that is taken out for it and put back in decodes nothing anew", () => {
  const driver = stopped();
  const { points } = driver.target;
  const forgotten: (number | undefined)[] = [];
  const { records } = driver.machine.cpu;
  const { onForget } = records;
  records.onForget = (block) => {
    forgotten.push(block);
    onForget?.(block);
  };
  for (let n = 0; n < 3; n++) {
    points.remove("execute", KERNEL, second, 1);
    driver.step();
    expect(eip(driver)).toBe(second + 1);
    points.insert("execute", KERNEL, second, 1);
    expect(driver.resume().reason.kind).toBe("breakpoint");
    expect(eip(driver)).toBe(second);
  }
  expect(forgotten).toEqual([]);
});

test("one that has been taken out stops nobody, and is no more looked at", () => {
  const driver = stopped();
  const { points } = driver.target;
  points.remove("execute", KERNEL, second, 1);
  driver.step();
  points.insert("execute", KERNEL, loop, 1);
  expect(driver.resume().reason.kind).toBe("breakpoint");
  expect(eip(driver)).toBe(loop);
  expect([...driver.machine.cpu.records.breakpoints]).toEqual([loop]);
});

test("a step stops behind one that has been taken out, and one into it does too", () => {
  const driver = stopped();
  driver.target.points.remove("execute", KERNEL, second, 1);
  for (const next of [second + 1, loop, second, second + 1]) {
    expect(driver.step().reason.kind).toBe("step");
    expect(eip(driver)).toBe(next);
  }
});

test("one that is put in while the machine runs is in place at once", () => {
  const driver = stopped();
  const { points } = driver.target;
  points.remove("execute", KERNEL, second, 1);
  driver.begin({ alone: false }, 1);
  points.insert("execute", KERNEL, loop, 1);
  expect(driver.goOn().reason.kind).toBe("breakpoint");
  expect(eip(driver)).toBe(loop);
});

test("one that waits for a resume is there on the way back as well", () => {
  const driver = stopped();
  const { points } = driver.target;
  const first = driver.machine.now;
  driver.resume();
  driver.resume();
  points.remove("execute", KERNEL, second, 1);
  points.insert("execute", KERNEL, loop, 1);
  expect(driver.resume({ alone: false, backwards: true }).reason.kind).toBe("breakpoint");
  expect([eip(driver), driver.machine.now]).toEqual([loop, first + 3 + 2]);
});
