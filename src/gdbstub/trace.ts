/** What went over the wire, readable: to `DEBUG=pok386:rsp`, and the last packets kept for whoever has to explain a failure. */
import createDebug from "debug";

const log = createDebug("pok386:rsp");

const KEPT = 200;
const LINE = 240;

/** Printable ASCII as it is, every other byte as \xNN. */
export const printable = (payload: Uint8Array): string => {
  let text = "";
  for (const byte of payload) {
    if (text.length > LINE) return `${text}... (${payload.length} bytes)`;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
};

export class Trace {
  readonly #lines: string[] = [];

  received(payload: Uint8Array): void {
    this.#add(`-> ${printable(payload)}`);
  }

  sent(payload: Uint8Array): void {
    this.#add(`<- ${printable(payload)}`);
  }

  note(text: string): void {
    this.#add(`   (${text})`);
  }

  lines(): readonly string[] {
    return [...this.#lines];
  }

  #add(line: string): void {
    log("%s", line);
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }
}
