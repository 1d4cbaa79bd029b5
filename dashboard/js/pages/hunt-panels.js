// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The figures above and beside the table: one request for all of them.
import { fill, h } from "../lib/dom.js";
import { compact, number, t } from "../lib/i18n.js";
import { bandOf, bands, withoutFields } from "../lib/alerts.js";
import { get } from "../lib/api.js";
import { isFilter, rangeFilter } from "../lib/query.js";
import { TimeChart, timesOf } from "../ui/chart.js";
import { TopList } from "../ui/toplist.js";

const FAILURES = ["authentication_failed", "authentication_failures", "win_authentication_failed"];
const LISTS = [
  ["rules", "rule.id"],
  ["groups", "rule.groups"],
  ["containers", "data.container.name"],
  ["agents", "agent.name"],
  ["techniques", "rule.mitre.technique"],
  ["sources", "data.srcip"],
];
const KPIS = [
  ["total", null],
  ["high", { field: "rule.level", operator: ">=", value: "12", negated: false }],
  [
    "failures",
    { field: "rule.groups", operator: "=", values: FAILURES, value: FAILURES.join(","), negated: false },
  ],
  ["successes", isFilter("rule.groups", "authentication_success")],
];
// Docker events name their container in another field than log lines do.
const ACTED_ON = "data.docker.Type: container and not data.container.name: *";

/** The aggregations that the panels need. */
export function huntAggregations(buckets) {
  const all = {
    evolution: { type: "histogram", split: "rule.level", top: 17, interval: "auto", buckets },
    high: { type: "count", q: "rule.level >= 12" },
    failures: { type: "count", q: `rule.groups: (${FAILURES.join(" or ")})` },
    successes: { type: "count", q: "rule.groups: authentication_success" },
    actors: { type: "top", field: "data.docker.Actor.Attributes.name", size: 10, q: ACTED_ON },
  };
  for (const [name, field] of LISTS) all[name] = { type: "top", field, size: 10 };
  return all;
}

/** The counts of both lists together, the most frequent first. */
export function mergeTops(...lists) {
  const counts = new Map();
  for (const list of lists) {
    for (const { value, count } of list.values) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, 10);
}

function levelless(histogram) {
  return histogram.counts.map((count, at) => {
    return count - histogram.series.reduce((sum, each) => sum + each.counts[at], 0);
  });
}

/** The API's histogram by level as one series a band. */
export function levelSeries(histogram) {
  return bands.map(({ name }) => {
    const counts = histogram.counts.map(() => 0);
    for (const each of histogram.series) {
      if (bandOf(each.value) === name) {
        each.counts.forEach((count, at) => {
          counts[at] += count;
        });
      }
    }
    // An event without a rule has no level.
    if (name === "low")
      levelless(histogram).forEach((count, at) => {
        counts[at] += count;
      });
    return { name: t(`band.${name}`), band: name, colour: name, counts };
  });
}

const descriptions = new Map();
/** Fills in what rules are called; asks for each once. */
async function describeRules(rows, redraw) {
  const unknown = rows.filter((row) => !descriptions.has(row.value));
  await Promise.all(
    unknown.map(async (row) => {
      descriptions.set(row.value, "");
      try {
        descriptions.set(
          row.value,
          withoutFields((await get(`/rules/${encodeURIComponent(row.value)}`)).description),
        );
      } catch {
        // A rule that is gone keeps its number as its name.
      }
    }),
  );
  if (unknown.length > 0) redraw();
}

export class HuntPanels {
  #kpis = new Map();
  #lists = new Map();
  #legend = h("div.legend", { "aria-label": t("level") });
  #bar = h("div.bar", { "aria-hidden": "true" });
  #title = h("h2");

  /** `add(filter)` adds a chip; `brushed(from, to)` sets the time. */
  constructor({ add, brushed }) {
    this.add = add;
    this.chart = new TimeChart(t("hunt.evolution"), brushed);
    this.strip = h(
      "div.kpis.card",
      { role: "group", "aria-label": t("hunt.figures") },
      KPIS.map(([name, filter]) => this.#kpi(name, filter)),
    );
    this.chartCard = h(
      "section.card.chart-card",
      { "aria-label": t("hunt.evolution") },
      h("div.card-head", this.#title, h("span.muted.hide-small", t("hunt.brush")), this.#legend),
      h("div.card-body", this.chart.root),
    );
    for (const [name, field] of LISTS) {
      const key = name === "containers" ? "container" : field;
      this.#lists.set(
        name,
        new TopList(t(`hunt.${name}`), (row, negated) => add(isFilter(key, row.value, negated)), { name }),
      );
    }
    this.facets = h(
      "aside.card.facets",
      { "aria-label": t("hunt.panels") },
      [...this.#lists.values()].map((list) => list.element),
    );
  }

  #kpi(name, filter) {
    const value = h("span.kpi-value", { "data-test": `kpi-${name}` }, h("span.bone"));
    this.#kpis.set(name, value);
    return h(
      "button.kpi",
      {
        type: "button",
        "data-test": `kpi-button-${name}`,
        disabled: !filter,
        on: { click: () => this.add(filter) },
      },
      h("span.kpi-name", { "data-name": name }, t(`hunt.${name}`)),
      value,
      name === "total" && this.#bar,
    );
  }

  /** Says what is counted: alerts, or with `archives` everything that was read. */
  name(of) {
    const isAll = of === "archives";
    fill(this.#title, t(isAll ? "hunt.evolution_events" : "hunt.evolution"));
    fill(this.strip.querySelector('[data-name="total"]'), t(isAll ? "hunt.events" : "hunt.total"));
    this.chart.label = this.#title.textContent;
  }

  wait() {
    for (const list of this.#lists.values()) list.wait();
  }

  /** Draws the answer to `huntAggregations`. */
  show(answer) {
    const { evolution } = answer;
    const series = levelSeries(evolution);
    this.#figures({
      total: evolution.total,
      high: answer.high.count,
      failures: answer.failures.count,
      successes: answer.successes.count,
    });
    const sums = series.map((each) => each.counts.reduce((a, b) => a + b, 0));
    fill(
      this.#bar,
      series.map((each, at) => {
        const part = h("span", { class: `fill-${each.band}` });
        part.style.flex = `${sums[at]} 0 0`;
        if (sums[at] > 0) part.style.minWidth = "2px";
        return part;
      }),
    );
    fill(this.#legend, series.map((each, at) => this.#legendButton(each, sums[at])).reverse());
    const lists = {
      ...answer,
      containers: { ...answer.containers, values: mergeTops(answer.containers, answer.actors) },
    };
    for (const [name] of LISTS) {
      const draw = () =>
        this.#lists.get(name).show(
          lists[name].values.map((row) => ({ ...row, label: this.#label(name, row) })),
          lists[name].distinct,
        );
      draw();
      if (name === "rules") describeRules(lists.rules.values, draw);
    }
    return this.chart.show({ times: timesOf(evolution), interval: evolution.interval_ms, series });
  }

  #label(name, row) {
    const description = name === "rules" && descriptions.get(row.value);
    return description ? `${row.value}  ${description}` : row.value;
  }

  #figures(figures) {
    for (const [name, count] of Object.entries(figures)) {
      const value = this.#kpis.get(name);
      value.textContent = compact(count);
      value.title = number(count);
      value.classList.toggle("loud", name === "high" && count > 0);
    }
  }

  #legendButton(series, sum) {
    const { from, to } = bands.find((band) => band.name === series.band);
    return h(
      "button",
      {
        type: "button",
        title: `${t("level")} ${from}–${to}`,
        "data-test": `band-${series.band}`,
        on: { click: () => this.add(rangeFilter("rule.level", from, to)) },
      },
      h("span.swatch", { class: `fill-${series.band}` }),
      series.name,
      h("span.count", compact(sum)),
    );
  }

  stop() {
    this.chart.stop();
  }
}
