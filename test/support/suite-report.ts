/**
 * What a suite that compares with a reference has done: how many cases, which encodings they covered, and where the reference departs
 * from the manual. `npm run conformance` collects it in the folder that POK386_REPORT names; without that nothing is written.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Form } from "../../src/cpu386/definitions/table.js";

/** A difference that the manual settles, or leaves open. */
export interface Departure {
  /** Who departs. */
  readonly reference: string;
  readonly what: string;
  /** The section it departs from, e.g. "volume 3, 5.3". */
  readonly manual: string;
}

export class SuiteReport {
  cases = 0;
  /** Who was compared with in the reference's place, if it is not on this machine: what it says is not the reference's word. */
  standIn: string | undefined;
  private readonly forms = new Map<string, number>();
  private readonly departures = new Map<Departure, number>();

  constructor(readonly suite: string) {}

  /** One more case of an encoding. */
  covered({ definition, text }: Form): void {
    const key = `${definition.name} ${text}`;
    this.forms.set(key, (this.forms.get(key) ?? 0) + 1);
  }
  /** One more case in which a reference departs. */
  departs(departure: Departure, cases = 1): void {
    this.departures.set(departure, (this.departures.get(departure) ?? 0) + cases);
  }
  write(): void {
    const folder = process.env.POK386_REPORT;
    if (!folder) return;
    const departures = [...this.departures].map(([departure, cases]) => ({ ...departure, cases }));
    const { suite, cases, standIn } = this;
    const text = JSON.stringify({ suite, cases, standIn, forms: Object.fromEntries(this.forms), departures });
    writeFileSync(join(folder, `${this.suite}.${process.pid}.json`), text);
  }
}
