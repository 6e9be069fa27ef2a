/** What went over the wire, readable: to `DEBUG=pok386:rsp`, and the last packets kept for whoever has to explain a failure. */
import createDebug from "debug";

const log = createDebug("pok386:rsp");

const KEPT = 200;
const LINE = 240;

/** Printable ASCII as it is, every other byte as \xNN. */
export const printable = (payload: Uint8Array): string => {
  let text = "";
  for (const byte of payload) {
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
};

/** A packet is made readable only if somebody reads it: that takes longer than to answer it. */
type Entry = string | { readonly arrow: string; readonly start: Uint8Array; readonly length: number };

const readable = (entry: Entry): string =>
  typeof entry === "string" ? entry : `${entry.arrow} ${printable(entry.start)}${entry.length > LINE ? `... (${entry.length} bytes)` : ""}`;

export class Trace {
  /** A ring: where the next entry goes is where the oldest is. */
  readonly #entries: Entry[] = [];
  #next = 0;

  received(payload: Uint8Array): void {
    this.#packet("->", payload);
  }

  sent(payload: Uint8Array): void {
    this.#packet("<-", payload);
  }

  note(text: string): void {
    this.#add(`   (${text})`);
  }

  lines(): readonly string[] {
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)].map(readable);
  }

  #packet(arrow: string, payload: Uint8Array): void {
    // A copy of the beginning, since a piece would keep all of it; nobody changes a payload that is made.
    const start = payload.length > LINE ? Uint8Array.from(payload.subarray(0, LINE)) : payload;
    this.#add({ arrow, start, length: payload.length });
  }

  #add(entry: Entry): void {
    if (log.enabled) log("%s", readable(entry));
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % KEPT;
  }
}
