// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Asking anew while alerts come in: soon, but never more often than every two seconds.

/** How long the first of several reasons waits for others. */
const FIRST_MS = 200;
const EVERY_MS = 2000;

export class Refresher {
  #run;
  #timer = 0;
  #last = 0;
  #isRunning = false;
  #isWanted = false;
  #isSettled = true;
  #isStopped = false;

  /** `run()` asks; it answers when it is done, and does not throw. */
  constructor(run) {
    this.#run = run;
  }

  /** There is a reason to ask. */
  soon() {
    this.#isSettled = false;
    this.#isWanted = true;
    if (this.#timer === 0 && !this.#isRunning && !this.#isStopped) {
      this.#timer = setTimeout(() => this.#go(), Math.max(FIRST_MS, EVERY_MS - (Date.now() - this.#last)));
    }
  }

  /** It was asked for another reason: what came until now is in the answer. */
  asked() {
    this.#last = Date.now();
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async #go() {
    this.#timer = 0;
    this.#isRunning = true;
    this.#isWanted = false;
    this.#last = Date.now();
    await this.#run();
    this.#isRunning = false;
    if (this.#isStopped) return;
    if (this.#isWanted) this.soon();
    else if (!this.#isSettled) {
      // The index follows the stream with a small delay: one last look finds what was not in it yet.
      this.#isSettled = true;
      this.#timer = setTimeout(() => this.#go(), EVERY_MS);
    }
  }
}
