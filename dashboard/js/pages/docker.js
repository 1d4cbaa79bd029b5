// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Docker: what was done to containers, images, networks and volumes, and how the containers stand.
import { fill, h, icon } from "../lib/dom.js";
import { Latest, get, isAbort, post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { valuesOf, withRecent } from "../lib/alerts.js";
import { onKeys } from "../lib/keys.js";
import { released } from "../lib/pointer.js";
import { preference, setPreference } from "../lib/prefs.js";
import { encodeFilter, isFilter } from "../lib/query.js";
import { go, writeAddress } from "../lib/router.js";
import { Refresher } from "../lib/refresher.js";
import { readScope, scopeFilter, withScope } from "../lib/scope.js";
import { openStream, parsed } from "../lib/stream.js";
import { endsNow, readRange } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { TimeChart, timesOf } from "../ui/chart.js";
import { bones, problemNotice } from "../ui/pieces.js";
import { Scope } from "../ui/scope.js";
import { TimePicker } from "../ui/timepicker.js";
import { TopList } from "../ui/toplist.js";
import { containerTable, eventTable } from "./docker-tables.js";

const DOCKER = "rule.groups: docker";
const HEALTH = "not data.docker.Action: (health_status* or exec_die)";
// Their command line follows; each would be a value of its own.
const WITH_COMMAND = ["exec_create", "exec_start"];
const EVENTS = 15;

/** The aggregations of the page. */
export function dockerAggregations(buckets) {
  const all = {
    evolution: { type: "histogram", split: "data.docker.Type", top: 5, interval: "auto", buckets },
    actions: {
      type: "top",
      field: "data.docker.Action",
      size: 20,
      q: `not data.docker.Action: (${WITH_COMMAND.map((verb) => `${verb}*`).join(" or ")})`,
    },
    images: { type: "top", field: "data.docker.Actor.Attributes.image", size: 10 },
    kinds: { type: "top", field: "data.docker.Type", size: 10 },
    containers: {
      type: "top",
      field: "data.docker.Actor.Attributes.name",
      size: 10,
      q: "data.docker.Type: container",
    },
  };
  for (const verb of WITH_COMMAND) all[verb] = { type: "count", q: `data.docker.Action: ${verb}*` };
  return all;
}

/** Acts by verb, the most frequent first. */
export function actionRows(answer) {
  const rows = answer.actions.values.map(({ value, count }) => ({ value, count }));
  for (const verb of WITH_COMMAND) {
    const { count } = answer[verb];
    if (count > 0) rows.push({ value: verb, count, isVerb: true });
  }
  return rows.sort((a, b) => b.count - a.count);
}

export class DockerPage {
  #figures = new Latest();
  #list = new Latest();
  #range = { from: "now-24h", to: "now" };
  #scope = "";
  #refresher = new Refresher(() => this.#load());
  #recent = [];
  #page = [];
  #stream = null;
  #containers = [];
  #key = null;

  constructor(root) {
    document.title = `${t("nav.docker")} · Jaga`;
    this.engine = h("p.state-text", { "data-test": "engine" });
    this.picker = new TimePicker((from, to) => this.#go(from, to));
    this.scope = new Scope((scope) => this.#go(this.#range.from, this.#range.to, scope));
    this.health = h(
      "button.toggle",
      {
        type: "button",
        "data-test": "hide-health",
        "aria-pressed": String(preference("hide-health", true)),
        on: { click: () => this.#toggleHealth() },
      },
      t("docker.hide_health"),
    );
    this.notice = h("div");
    this.away = h("div.chart-card");
    this.chart = new TimeChart(t("docker.evolution"), (from, to) =>
      this.#go(new Date(from).toISOString(), new Date(to).toISOString()),
    );
    this.legend = h("div.legend", { "aria-label": t("docker.kinds") });
    const list = (name, filterOf) =>
      new TopList(t(`docker.${name}`), (row, negated) => this.#hunt({ ...filterOf(row), negated }), {
        name,
        few: 6,
      });
    this.lists = {
      actions: list("actions", (row) =>
        row.isVerb
          ? { field: "data.docker.Action", operator: "^", value: row.value }
          : isFilter("data.docker.Action", row.value),
      ),
      images: list("images", (row) => isFilter("data.docker.Actor.Attributes.image", row.value)),
      kinds: list("kinds", (row) => isFilter("data.docker.Type", row.value)),
      containers: list("containers", (row) => isFilter("container", row.value)),
    };
    this.filter = h("input.input", {
      type: "search",
      id: "container-filter",
      "data-test": "container-filter",
      placeholder: t("docker.filter"),
      "aria-label": t("docker.filter"),
      spellcheck: "false",
      on: { input: () => this.#drawContainers() },
    });
    this.link = h(
      "a.button.small.plain",
      { href: this.#huntAddress([]), "data-test": "docker-hunt" },
      icon("hunt"),
      t("docker.hunt"),
    );
    this.table = h("div", h("div.card-body", bones(6)));
    this.count = h("span.muted");
    this.events = h("div", h("div.card-body", bones(6)));
    fill(
      root,
      h(
        "div.page-head",
        h("h1", t("nav.docker")),
        this.engine,
        h("span.grow"),
        this.health,
        this.scope.element,
        this.picker.element,
      ),
      this.notice,
      this.away,
      h(
        "section.card.chart-card",
        { "aria-label": t("docker.evolution") },
        h("div.card-head", h("h2", t("docker.evolution")), this.legend),
        h("div.card-body", this.chart.root),
      ),
      h(
        "div.panels",
        Object.values(this.lists).map((each) => h("div.card", each.element)),
      ),
      h(
        "section.card.chart-card",
        { "aria-label": t("docker.containers") },
        h(
          "div.card-head",
          h("h2", t("docker.containers")),
          this.count,
          h("span.grow"),
          h("div", this.filter),
        ),
        h("div.card-body.table-scroll", this.table),
      ),
      h(
        "section.card",
        { "aria-label": t("docker.events") },
        h(
          "div.card-head",
          h("h2", t("docker.events")),
          h("span.grow"),
          this.link,
        ),
        h("div.card-body.table-scroll", this.events),
      ),
    );
    this.offKeys = onKeys({ "/": () => this.filter.focus(), t: () => this.picker.open() });
  }

  update({ params }) {
    const range = readRange(params);
    this.#range = range;
    this.#scope = readScope(params.get("host"));
    this.picker.show(range.from, range.to);
    this.scope.show(this.#scope);
    this.link.href = this.#huntAddress([]);
    const key = JSON.stringify([range, this.#scope]);
    if (key === this.#key) return;
    this.#key = key;
    this.#recent = [];
    for (const list of Object.values(this.lists)) list.wait();
    this.#load();
    this.#stream?.close();
    this.#stream = endsNow(range.to)
      ? openStream(
          "/alerts/stream",
          { q: withScope(DOCKER, this.#scope) },
          {
            names: ["alert"],
            batch: (items) => this.#arrived(items),
            state: (name) => {
              if (name === "open") this.#refresher.soon();
            },
          },
        )
      : null;
  }

  stop() {
    this.offKeys();
    this.#refresher.stop();
    this.#stream?.close();
    this.#figures.stop();
    this.#list.stop();
    this.chart.stop();
  }

  #go(from, to, host = this.#scope) {
    go(writeAddress("docker", [], { from: from || "all", to, host }));
  }

  #huntAddress(filters) {
    return writeAddress("hunt", [], {
      from: this.#range.from || "all",
      to: this.#range.to,
      filters: [isFilter("rule.groups", "docker"), scopeFilter(this.#scope), ...filters]
        .filter(Boolean)
        .map(encodeFilter),
    });
  }

  #hunt(filter) {
    go(this.#huntAddress([filter]));
  }

  #toggleHealth() {
    const isHidden = !preference("hide-health", true);
    setPreference("hide-health", isHidden);
    this.health.setAttribute("aria-pressed", String(isHidden));
    this.#load();
  }

  #arrived(items) {
    const alerts = items.slice(-EVENTS).map(parsed).filter(Boolean).reverse();
    this.#recent = [...alerts, ...this.#recent].slice(0, EVENTS);
    this.#drawEvents();
    this.#refresher.soon();
  }

  #drawEvents() {
    fill(
      this.events,
      eventTable(
        withRecent(
          this.#page,
          this.#recent.filter((alert) => this.#isShown(alert)),
        ).slice(0, EVENTS),
      ),
    );
  }

  #isShown(alert) {
    const action = valuesOf(alert, "data.docker.Action")[0] ?? "";
    return !preference("hide-health", true) || !/^(health_status|exec_die$)/.test(action);
  }

  #load() {
    this.#refresher.asked();
    return Promise.all([this.#loadFigures(), this.#loadContainers()]);
  }

  async #loadFigures() {
    const q = withScope(preference("hide-health", true) ? `${DOCKER} and ${HEALTH}` : DOCKER, this.#scope);
    const range = {
      from: this.#range.from || undefined,
      to: endsNow(this.#range.to) ? undefined : this.#range.to,
    };
    const signal = this.#figures.next();
    try {
      const [figures, page] = await Promise.all([
        post(
          "/alerts/aggregations",
          { q, ...range, aggregations: dockerAggregations(innerWidth < 720 ? 40 : 80) },
          { signal },
        ),
        get("/alerts", { q, ...range, limit: EVENTS, total: false }, { signal }),
      ]);
      await released();
      fill(this.notice);
      this.#page = page.alerts;
      this.#drawEvents();
      await this.#draw(figures.aggregations);
    } catch (error) {
      if (!isAbort(error)) {
        fill(
          this.notice,
          problemNotice(error, () => this.#load()),
        );
      }
    }
  }

  #draw(answer) {
    const { evolution } = answer;
    const series = evolution.series.map((each, at) => ({
      name: each.value,
      colour: `series-${at + 1}`,
      counts: each.counts,
    }));
    fill(
      this.legend,
      series.map((each, at) => {
        const swatch = h("span.swatch");
        swatch.style.background = `var(--series-${at + 1})`;
        return h(
          "button",
          { type: "button", on: { click: () => this.#hunt(isFilter("data.docker.Type", each.name)) } },
          swatch,
          h("span.outside", oneLine(each.name, 40)),
          h("span.count", number(each.counts.reduce((a, b) => a + b, 0))),
        );
      }),
    );
    this.lists.actions.show(actionRows(answer), 0);
    for (const name of ["images", "kinds", "containers"]) {
      this.lists[name].show(answer[name].values, answer[name].distinct);
    }
    return this.chart.show({ times: timesOf(evolution), interval: evolution.interval_ms, series });
  }

  async #loadContainers() {
    try {
      const { engine, containers } = await get(
        "/containers",
        { from: this.#range.from },
        { signal: this.#list.next() },
      );
      await released();
      fill(
        this.engine,
        h("span.dot", { class: engine.connected ? "running" : "failed" }),
        engine.connected ? h("span.outside", oneLine(engine.detail ?? "", 80)) : t("docker.away"),
      );
      fill(
        this.away,
        !engine.connected &&
          h(
            "div.notice.bad",
            { "data-test": "engine-away" },
            icon("warn"),
            h("div.grow", h("b", t("docker.away")), h("p.muted.outside", oneLine(engine.detail ?? "", 600))),
          ),
      );
      this.#containers = containers;
      this.#drawContainers();
    } catch (error) {
      if (!isAbort(error)) {
        fill(
          this.table,
          problemNotice(error, () => this.#loadContainers()),
        );
      }
    }
  }

  #drawContainers() {
    this.count.textContent = number(this.#containers.length);
    // Marking text in the table, or a focused link, must not be lost to a refresh.
    const focused = this.table.contains(document.activeElement)
      ? document.activeElement.getAttribute("href")
      : null;
    fill(this.table, containerTable(this.#containers, this.filter.value));
    if (focused) {
      [...this.table.querySelectorAll("a")].find((each) => each.getAttribute("href") === focused)?.focus();
    }
  }
}
