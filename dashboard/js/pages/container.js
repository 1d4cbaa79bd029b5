// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// One container: facts, labels, and its log, events and alerts on one time line.
import { fill, h, icon } from "../lib/dom.js";
import { Latest, get, isAbort } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { onEscape, onKeys } from "../lib/keys.js";
import { containerQuery, encodeFilter, isFilter, withFilter } from "../lib/query.js";
import { go, writeAddress } from "../lib/router.js";
import { readScope, scopeFilter, withScope } from "../lib/scope.js";
import { openStream, parsed } from "../lib/stream.js";
import { ago, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { Detail } from "../ui/detail.js";
import { bones, levelBadge, problemNotice, stateClass } from "../ui/pieces.js";
import { Scope } from "../ui/scope.js";
import { Timeline, alertEntry, lineEntry } from "../ui/timeline.js";
import { portText } from "./docker-tables.js";
import { postureOf, scoreBar } from "./posture.js";
import { countTags, vulnerabilitiesOf } from "./vulnerabilities.js";

const EVERY_MS = 10_000;
const LINES = 300;
const ALERTS = 200;

export class ContainerPage {
  #latest = new Latest();
  #name = null;
  #scope = "";
  #streams = [];
  #timer = 0;
  #logEnded = false;
  #offEscape = null;

  constructor(root) {
    this.root = root;
    this.detail = new Detail({
      close: () => this.#close(),
      step: () => {},
      open: (alert) => this.#open(alert),
      column: () => {},
      filter: (filter) =>
        go(
          writeAddress("hunt", [], {
            filters: withFilter(this.#filters(), filter).map(encodeFilter),
          }),
        ),
    });
    this.scope = new Scope((host) => go(writeAddress("containers", [this.#name], { host })));
    this.offKeys = onKeys({ "/": () => this.timeline?.search.focus() });
  }

  update({ parts, params }) {
    const name = parts[0] ?? "";
    const scope = readScope(params.get("host"));
    if (name === "") return go(writeAddress("docker"), { replace: true });
    if (name === this.#name && scope === this.#scope) return undefined;
    this.#end();
    this.#name = name;
    this.#scope = scope;
    this.scope.show(scope);
    document.title = `${oneLine(name, 80)} · Jaga`;
    this.#close();
    this.head = h("div.page-head", h("h1.outside", oneLine(name, 120)), h("span.grow"), this.scope.element);
    this.facts = h(
      "section.card",
      { "aria-label": t("container.facts"), "data-test": "container-facts" },
      h("div.card-body", bones(3)),
    );
    this.posture = h("span");
    this.vulnerabilities = h("span");
    this.notice = h("div");
    this.timeline = new Timeline((alert) => this.#open(alert));
    fill(this.root, this.head, this.notice, this.facts, this.timeline.element, this.detail.element);
    return this.#start();
  }

  stop() {
    this.#end();
    this.offKeys();
    this.#close();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#latest.stop();
    for (const stream of this.#streams) stream.close();
    this.#streams = [];
  }

  async #start() {
    const path = `/containers/${encodeURIComponent(this.#name)}`;
    const query = withScope(containerQuery(this.#name), this.#scope);
    const signal = this.#latest.next();
    const { timeline } = this;
    timeline.say(t("loading"));
    const [container, log, page] = await Promise.allSettled([
      get(path, {}, { signal }),
      get(`${path}/log`, { tail: LINES }, { signal }),
      get("/alerts", { q: query, limit: ALERTS, total: false }, { signal }),
    ]);
    if (signal.aborted) return;
    if (container.status === "fulfilled") this.#draw(container.value);
    else {
      fill(
        this.facts,
        problemNotice(container.reason, () => this.#start()),
      );
    }
    this.#judge(signal);
    this.#count(signal);
    if (page.status === "fulfilled") timeline.add(page.value.alerts.map(alertEntry));
    if (log.status === "fulfilled") timeline.add(log.value.lines.map(lineEntry));
    else if (container.status === "fulfilled" && container.value.state !== "removed") {
      fill(this.notice, problemNotice(log.reason));
    }
    timeline.empty();
    timeline.say("");
    const isAway = container.status === "rejected" && container.reason.status !== 404;
    this.#listen(path, query, isAway ? "" : (container.value?.state ?? "removed"));
    this.#timer = setTimeout(() => this.#look(path, query), EVERY_MS);
  }

  async #judge(signal) {
    const name = this.#name;
    try {
      const { containers } = await get("/posture", {}, { signal });
      if (name !== this.#name) return;
      const found = containers.find((each) => each.name === name || each.id.startsWith(name));
      fill(
        this.posture,
      this.vulnerabilities,
        found &&
          h(
            "a.button.small",
            { href: postureOf(found.name), "data-test": "container-posture" },
            t("nav.posture"),
            scoreBar(found.score),
          ),
      );
    } catch {
      // The page says by other means that the server is away; the score stays as it was.
    }
  }

  /** How many vulnerabilities its image, and what was installed in it, have. */
  async #count(signal) {
    const name = this.#name;
    try {
      const { images } = await get("/vulnerabilities/images", {}, { signal });
      if (name !== this.#name) return;
      const own = images.filter((image) => image.containers.includes(name));
      const counts = {};
      for (const image of own) {
        for (const [severity, count] of Object.entries(image.counts)) counts[severity] = (counts[severity] ?? 0) + count;
      }
      const tags = countTags(counts);
      fill(
        this.vulnerabilities,
        own.length > 0 &&
          h(
            "a.button.small",
            { href: vulnerabilitiesOf(name), "data-test": "container-vulnerabilities" },
            t("nav.vulnerabilities"),
            tags.length > 0 ? tags : h("span.muted", t("vulnerabilities.no_findings")),
          ),
      );
    } catch {
      // The page says by other means that the server is away; the counts stay as they were.
    }
  }

  #listen(path, query, state) {
    this.#streams.push(
      openStream(
        "/alerts/stream",
        { q: query },
        {
          names: ["alert"],
          batch: (items) => this.timeline.add(items.map(parsed).filter(Boolean).map(alertEntry)),
        },
      ),
    );
    if (state !== "removed" && state !== "") this.#followLog(path);
    else this.#logEnded = true;
    this.timeline.say(state === "removed" ? t("container.removed") : "");
  }

  #followLog(path) {
    this.#logEnded = false;
    this.#streams.push(
      openStream(
        `${path}/log/stream`,
        { tail: 0 },
        {
          names: ["line"],
          batch: (items, missed) => {
            this.timeline.add(items.map(parsed).filter(Boolean).map(lineEntry));
            if (missed > 0) this.timeline.say(t("timeline.missed", { n: missed }));
          },
          state: (name) => {
            if (name !== "closed") return;
            this.#logEnded = true;
            this.timeline.say(t("container.log_ended"));
          },
        },
      ),
    );
  }

  async #look(path) {
    try {
      const container = await get(path);
      if (`/containers/${encodeURIComponent(this.#name)}` !== path) return;
      this.#draw(container);
      this.#judge();
      if (this.#logEnded && container.state === "running") this.#followLog(path);
    } catch {
      // The next look may succeed; the facts stay as they were.
    }
    if (`/containers/${encodeURIComponent(this.#name)}` === path) {
      this.#timer = setTimeout(() => this.#look(path), EVERY_MS);
    }
  }

  #draw(container) {
    const short = (id) =>
      String(id ?? "")
        .replace(/^sha256:/, "")
        .slice(0, 12);
    const fact = (name, value) => value && h("div", h("dt", t(`container.${name}`)), h("dd.outside", value));
    fill(
      this.head,
      h("a.icon-button", { href: writeAddress("docker"), "aria-label": t("nav.docker") }, icon("left")),
      h("h1.outside", oneLine(container.name, 120)),
      h(
        "span.state-text",
        h("span.dot", { class: stateClass(container.state) }),
        h("span.outside.muted", oneLine(container.status ?? container.state, 80)),
      ),
      h("span.grow"),
      this.posture,
      this.scope.element,
      container.alerts.highest_level > 0 && levelBadge(container.alerts.highest_level),
      h(
        "a.button.small",
        {
          href: writeAddress("hunt", [], { filters: this.#filters().map(encodeFilter) }),
          "data-test": "container-hunt",
        },
        icon("hunt"),
        t("container.alerts", { n: container.alerts.count }),
      ),
    );
    const labels = Object.entries(container.labels ?? {});
    fill(
      this.facts,
      h(
        "dl.facts",
        fact("image", oneLine(container.image ?? "", 160)),
        fact("image_id", h("span.code", short(container.image_id))),
        fact("id", h("span.code", { title: oneLine(container.id ?? "", 80) }, short(container.id))),
        fact(
          "created",
          container.created_ms &&
            h("span", { title: fullTime(container.created_ms) }, ago(container.created_ms)),
        ),
        fact(
          "ports",
          (container.ports ?? []).length > 0 &&
            h("span.code", [...new Set(container.ports.map(portText))].join(", ")),
        ),
        fact(
          "compose",
          container.compose &&
            `${oneLine(container.compose.project, 60)} / ${oneLine(container.compose.service, 60)}`,
        ),
        fact("log_driver", container.log_driver && oneLine(container.log_driver, 40)),
      ),
      labels.length > 0 && this.#labels(labels),
    );
  }

  #filters() {
    return [isFilter("container", this.#name), scopeFilter(this.#scope)].filter(Boolean);
  }

  #labels(labels) {
    const body = h(
      "div.labels",
      { hidden: !this.labelsOpen, "data-test": "labels" },
      labels.map(([key, value]) =>
        h("span.tag", h("span.outside", `${oneLine(key, 120)}=`), h("span.outside", oneLine(value, 200))),
      ),
    );
    const button = h(
      "button.button.small.plain",
      {
        type: "button",
        "aria-expanded": String(Boolean(this.labelsOpen)),
        "data-test": "labels-toggle",
        on: {
          click: () => {
            this.labelsOpen = !this.labelsOpen;
            body.hidden = !this.labelsOpen;
            button.setAttribute("aria-expanded", String(this.labelsOpen));
          },
        },
      },
      icon("chevron"),
      `${t("container.labels")} `,
      h("span.muted", number(labels.length)),
    );
    return h("div", h("div.labels", button), body);
  }

  #open(alert) {
    this.#offEscape ??= onEscape(() => this.#close());
    this.detail.show(alert);
  }

  #close() {
    this.#offEscape?.();
    this.#offEscape = null;
    this.detail.hide();
  }
}
