// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// A container's log, what Docker says of it, and its alerts, together in order of time.
import { fill, h, icon } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { bandOf, isDockerEvent, timeOf } from "../lib/alerts.js";
import { clockTime, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { levelBadge } from "./pieces.js";

/** Entries that are kept; the oldest go first. */
const MOST = 1500;
/** Of them in the document. */
const DRAWN = 500;

/** Order of time; at the same time the line before the alert about it. */
export function compareEntries(a, b) {
  return a.ms - b.ms || (a.kind === "line" ? 0 : 1) - (b.kind === "line" ? 0 : 1);
}

export const lineEntry = (line) => ({
  ms: Number(line.time_ms) || 0,
  kind: "line",
  line,
  text: String(line.text ?? ""),
});
export const alertEntry = (alert) => ({
  ms: timeOf(alert),
  kind: isDockerEvent(alert) ? "event" : "alert",
  alert,
  text: String(alert.rule?.description ?? ""),
});

export class Timeline {
  #entries = [];
  #ids = new Set();
  #shows = { line: true, event: true, alert: true };
  #words = "";
  #list = h("ol.timeline", {
    tabindex: "0",
    role: "log",
    "aria-live": "off",
    "aria-label": t("timeline.title"),
    "data-test": "timeline",
  });
  #follow = h(
    "button.toggle",
    {
      type: "button",
      "aria-pressed": "true",
      "data-test": "timeline-follow",
      on: { click: () => this.#setFollow(!this.#follows) },
    },
    t("timeline.follow"),
  );
  #follows = true;
  #state = h("span.muted", { "data-test": "timeline-state" });

  /** `open(alert)` shows one. */
  constructor(open) {
    this.open = open;
    const toggles = ["line", "event", "alert"].map((kind) => {
      const button = h(
        "button.toggle",
        {
          type: "button",
          "aria-pressed": "true",
          "data-test": `timeline-${kind}`,
          on: {
            click: () => {
              this.#shows[kind] = !this.#shows[kind];
              button.setAttribute("aria-pressed", String(this.#shows[kind]));
              this.#drawAll();
            },
          },
        },
        t(`timeline.${kind}`),
      );
      return button;
    });
    this.search = h("input.input", {
      type: "search",
      id: "timeline-search",
      "data-test": "timeline-search",
      placeholder: t("timeline.search"),
      "aria-label": t("timeline.search"),
      spellcheck: "false",
      on: {
        input: () => {
          this.#words = this.search.value.toLowerCase();
          this.#drawAll();
        },
      },
    });
    this.element = h(
      "section.card.timeline-card",
      { "aria-label": t("timeline.title") },
      h(
        "div.timeline-tools",
        h("h2", t("timeline.title")),
        this.#state,
        h("span.grow"),
        toggles,
        this.#follow,
        this.search,
      ),
      this.#list,
    );
    this.#list.addEventListener(
      "scroll",
      () => {
        const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24;
        if (isAtEnd !== this.#follows) this.#setFollow(isAtEnd, false);
      },
      { passive: true },
    );
  }

  say(text) {
    fill(this.#state, text);
  }

  #setFollow(follows, moves = true) {
    this.#follows = follows;
    this.#follow.setAttribute("aria-pressed", String(follows));
    if (follows && moves) this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Adds entries; those that are there already, or are older than all that are kept, are left out. */
  add(entries) {
    const fresh = entries.filter((entry) => {
      if (!entry.alert) return true;
      if (this.#ids.has(entry.alert.id)) return false;
      this.#ids.add(entry.alert.id);
      return true;
    });
    if (fresh.length === 0) return;
    fresh.sort(compareEntries);
    const last = this.#entries.at(-1);
    const isInOrder = !last || compareEntries(last, fresh[0]) <= 0;
    this.#entries.push(...fresh);
    if (!isInOrder) this.#entries.sort(compareEntries);
    this.#entries
      .splice(0, Math.max(0, this.#entries.length - MOST))
      .forEach((entry) => this.#ids.delete(entry.alert?.id));
    if (!isInOrder) return this.#drawAll();
    if (this.#list.querySelector(".grid-note")) fill(this.#list);
    this.#list.append(
      ...fresh
        .slice(-DRAWN)
        .filter((entry) => this.#isShown(entry))
        .map((entry) => this.#row(entry)),
    );
    // Rows above the reader's place go only while the end is followed, so that nothing moves under the eye.
    if (this.#follows || this.#list.childElementCount > DRAWN * 3) {
      while (this.#list.childElementCount > DRAWN) this.#list.firstChild.remove();
    }
    if (this.#follows) this.#list.scrollTop = this.#list.scrollHeight;
    return undefined;
  }

  #isShown(entry) {
    return this.#shows[entry.kind] && (this.#words === "" || entry.text.toLowerCase().includes(this.#words));
  }

  #drawAll() {
    const top = this.#list.scrollTop;
    const shown = this.#entries.filter((entry) => this.#isShown(entry)).slice(-DRAWN);
    fill(
      this.#list,
      shown.length > 0 ? shown.map((entry) => this.#row(entry)) : h("li.grid-note", t("timeline.nothing")),
    );
    this.#list.scrollTop = this.#follows ? this.#list.scrollHeight : top;
  }

  empty() {
    if (this.#entries.length === 0) this.#drawAll();
  }

  #row(entry) {
    const time = h(
      "time",
      { title: entry.ms ? fullTime(entry.ms) : "" },
      entry.ms ? clockTime(entry.ms) : "",
    );
    if (entry.line) {
      return h(
        "li",
        { class: entry.line.stream === "stderr" ? "line stderr" : "line" },
        time,
        h("span.outside", oneLine(entry.line.text ?? "", 4000)),
      );
    }
    const { alert } = entry;
    const level = alert.rule?.level ?? 0;
    return h(
      "li",
      { class: `${entry.kind} ${bandOf(level)}`, "data-test": `timeline-row-${entry.kind}` },
      time,
      h(
        "button",
        { type: "button", on: { click: () => this.open(alert) } },
        entry.kind === "event" && icon("docker"),
        levelBadge(level),
        h("span.outside", oneLine(alert.rule?.description ?? "", 400)),
      ),
    );
  }
}
