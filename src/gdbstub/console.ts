/** Text for the user, as O packets (GDB manual, "Stop Reply Packets"): only while the machine runs, or in answer to qRcmd. */
import { ascii, toHex, utf8 } from "./bytes.js";
import { PACKET_SIZE } from "./codec.js";
import type { Link } from "./link.js";

/** Two digits a byte, and the 'O'. */
const TEXT_BYTES = PACKET_SIZE / 2 - 1;
/** Kept until the machine runs again. */
const MOST_MESSAGES = 100;

export class Console {
  #messages: string[] = [];
  readonly #said = new Set<string>();

  constructor(private readonly link: Link) {}

  /** Output of the machine's while it runs: it may be more than the client can take. */
  printIfHeard(text: string): void {
    if (this.link.isBehind) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) this.print(`pok386: ${this.#dropped} messages were left out, because they came faster than they were read\n`);
    this.#dropped = 0;
    this.print(text);
  }
  #dropped = 0;

  print(text: string): void {
    const bytes = utf8(text);
    for (let at = 0; at < bytes.length; at += TEXT_BYTES) this.link.send(ascii(`O${toHex(bytes.subarray(at, at + TEXT_BYTES))}`));
  }

  /** To be printed when the machine next runs. */
  keep(text: string): void {
    if (this.#messages.length < MOST_MESSAGES) this.#messages.push(text);
  }

  /** The same, but not twice in a session. */
  keepOnce(text: string): void {
    if (this.#isNew(text)) this.keep(text);
  }

  printOnce(text: string): void {
    if (this.#isNew(text)) this.print(text);
  }

  #isNew(text: string): boolean {
    const isNew = !this.#said.has(text);
    this.#said.add(text);
    return isNew;
  }

  printKept(): void {
    for (const text of this.#messages.splice(0)) this.print(text);
  }
}
