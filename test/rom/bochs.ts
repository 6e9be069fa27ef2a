/** Runs a ROM in Bochs without a screen or a disk, and gives what it sends to COM1. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "../support/partitions.js";
import { PATIENCE } from "../support/patience.js";

export const INSTALL_BOCHS = "apt-get install --no-install-recommends bochs bochs-term";

export interface BochsFiles {
  readonly configuration: string;
  /** What the guest sends to COM1. */
  readonly console: string;
  readonly log: string;
}

/** Writes a configuration for a ROM, with more lines for it. */
export function configureBochs(rom: string, more: readonly string[] = [], megabytes = 16): BochsFiles {
  const at = folder();
  const [configuration, console, log, vga] = ["bochsrc", "com1.txt", "log.txt", "vga.bin"].map((name) => join(at, name)) as [
    string,
    string,
    string,
    string,
  ];
  // Bochs insists on firmware for the screen that nobody looks at; an empty one is never called.
  writeFileSync(vga, new Uint8Array(0x8000));
  const lines = [
    "display_library: term",
    `megs: ${megabytes}`,
    `romimage: file=${rom}`,
    `vgaromimage: file=${vga}`,
    `com1: enabled=1, mode=file, dev=${console}`,
    // Power-off is a panic to Bochs, and the only way it ends by itself.
    "panic: action=fatal",
    "error: action=report",
    "info: action=ignore",
    `log: ${log}`,
    "plugin_ctrl: speaker=0",
    "sound: waveoutdrv=dummy",
    ...more,
  ];
  writeFileSync(configuration, `${lines.join("\n")}\n`);
  return { configuration, console, log };
}

/** Throws unless it came as far as opening COM1. */
export function requireStarted({ console, log }: BochsFiles, stderr = ""): void {
  if (existsSync(console)) return;
  const said = existsSync(log) ? readFileSync(log, "latin1") : stderr;
  throw new Error(
    `bochs did not start; if it is its terminal display that is missing: ${INSTALL_BOCHS}\n${said.split("\n").slice(-5).join("\n")}`,
  );
}

export function bochs(rom: string): string {
  const { configuration, console, log } = configureBochs(rom);
  // Builds with the debugger wait for a command first.
  const options = { input: "c\nq\n", timeout: PATIENCE, encoding: "latin1", env: { ...process.env, TERM: "xterm" } } as const;
  const { error, stderr } = spawnSync("bochs", ["-q", "-f", configuration], options);
  if (error && "code" in error && error.code === "ENOENT") throw new Error(`bochs is missing: ${INSTALL_BOCHS}`);
  if (error) throw error;
  requireStarted({ configuration, console, log }, stderr);
  return readFileSync(console, "latin1");
}
