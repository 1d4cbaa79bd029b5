// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Looking again and again, while the page is seen.
import { fill } from "../lib/dom.js";
import { isAbort, Latest } from "../lib/api.js";
import { problemNotice } from "./pieces.js";

const EVERY_MS = 3000;

export class Poll {
  #look;
  #notice;
  #latest = new Latest();
  #timer = 0;

  /** `look(signal)` asks and draws; what it throws is shown in `notice`, with a way to try again. */
  constructor(notice, look) {
    this.#notice = notice;
    this.#look = look;
  }

  /** Looks now, and from then on. */
  async start() {
    clearTimeout(this.#timer);
    try {
      if (!document.hidden) {
        await this.#look(this.#latest.next());
        fill(this.#notice);
      }
    } catch (error) {
      if (isAbort(error)) return;
      fill(
        this.#notice,
        problemNotice(error, () => this.start()),
      );
    }
    this.#timer = setTimeout(() => this.start(), EVERY_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#latest.stop();
  }
}
