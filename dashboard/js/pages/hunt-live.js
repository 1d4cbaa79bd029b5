// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// New alerts on Threat Hunting: the button that turns them on, and the one behind which they wait.
import { fill, h, icon } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { preference, setPreference } from "../lib/prefs.js";
import { openStream } from "../lib/stream.js";

export class LiveButton {
  #stream = null;

  /** `toggled(isOn)` after a click; `arrived(items, missed)` gets alerts as text; `opened()` when the stream stands. */
  constructor({ toggled, arrived, opened }) {
    this.toggled = toggled;
    this.arrived = arrived;
    this.opened = opened;
    this.button = h(
      "button.button.live",
      { type: "button", "data-test": "live-toggle", id: "live-toggle", on: { click: () => this.toggle() } },
      h("span.dot"),
      h("span", t("live")),
    );
  }

  toggle() {
    if (this.button.disabled) return;
    const isOn = !preference("live", true);
    setPreference("live", isOn);
    this.toggled(isOn);
  }

  /** Follows the alerts of this query, when the reader wants it; `obstacle` is why that cannot be. */
  listen(q, obstacle = "") {
    this.close();
    const isLive = obstacle === "" && preference("live", true);
    this.button.setAttribute("aria-pressed", String(isLive));
    this.button.disabled = obstacle !== "";
    this.button.title = obstacle || t("live.hint");
    this.button.classList.remove("is-open");
    if (!isLive) return;
    this.#stream = openStream(
      "/alerts/stream",
      { q },
      {
        names: ["alert"],
        batch: this.arrived,
        state: (name) => {
          this.button.classList.toggle("is-open", name === "open");
          if (name === "open") this.opened();
        },
      },
    );
  }

  close() {
    this.#stream?.close();
    this.#stream = null;
  }
}

/** How many new alerts wait; a click shows them. */
export class NewPill {
  #text = h("span");
  count = 0;

  constructor(show) {
    const click = () => {
      scrollTo(0, 0);
      show();
    };
    const button = h(
      "button",
      { type: "button", "data-test": "new-alerts", on: { click } },
      icon("up"),
      this.#text,
    );
    this.element = h("div.new-pill", { hidden: true }, button);
  }

  add(count) {
    this.count += count;
    this.element.hidden = false;
    fill(this.#text, t("live.new", { n: this.count }));
  }

  clear() {
    this.count = 0;
    this.element.hidden = true;
  }
}
