// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Counts over time as stacked bars: our defaults for Chart.js, a brush, and the same in words.
import { fill, h } from "../lib/dom.js";
import { language, number, t } from "../lib/i18n.js";
import { axisTime, minuteTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";

let library = null;
/** Chart.js, as soon as its script has run. */
function chartLibrary() {
  library ??= new Promise((resolve, reject) => {
    if (globalThis.Chart) resolve(globalThis.Chart);
    const script = document.querySelector('script[src="vendor/chart.js"]');
    script?.addEventListener("load", () => resolve(globalThis.Chart));
    script?.addEventListener("error", () => reject(new Error("vendor/chart.js")));
  });
  return library;
}

const probe = document.createElement("span");
/** A colour of the style sheet as the canvas understands it. */
function colour(name) {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** From when to when a bar counts. */
function bucketTime({ times, interval }, at) {
  return `${minuteTime(times[at])} – ${minuteTime(times[at] + interval)}`;
}

function options(data) {
  const line = colour("line");
  const text = colour("faint");
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    normalized: true,
    events: ["mousemove", "mouseout", "touchstart"],
    interaction: { mode: "index", intersect: false },
    layout: { padding: { top: 4 } },
    scales: {
      x: {
        stacked: true,
        grid: { display: false, drawBorder: false },
        ticks: {
          color: text,
          font,
          maxRotation: 0,
          autoSkip: true,
          autoSkipPadding: 28,
          callback: (_, at) => axisTime(data.times[at], data.interval),
        },
      },
      y: {
        stacked: true,
        beginAtZero: true,
        grid: { color: line, drawBorder: false, drawTicks: false },
        ticks: {
          color: text,
          font,
          maxTicksLimit: 4,
          precision: 0,
          padding: 8,
          callback: (value) => new Intl.NumberFormat(language(), { notation: "compact" }).format(value),
        },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: colour("raised"),
        titleColor: colour("text"),
        bodyColor: colour("text"),
        borderColor: colour("line-strong"),
        borderWidth: 1,
        padding: 10,
        cornerRadius: 6,
        boxWidth: 8,
        boxHeight: 8,
        boxPadding: 6,
        titleFont: { ...font, weight: "600" },
        bodyFont: font,
        usePointStyle: false,
        itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
        filter: (item) => item.raw > 0,
        callbacks: {
          title: (items) => (items.length > 0 ? bucketTime(data, items[0].dataIndex) : ""),
          label: (item) => ` ${item.dataset.label}  ${number(item.raw)}`,
        },
      },
    },
  };
}

/**
 * A chart of `{ times, interval, series: [{ name, colour, counts }] }`. `brushed(from, to)` gets what was drawn over or
 * clicked.
 */
export class TimeChart {
  #canvas = h("canvas", { role: "img" });
  #summary = h("p.unseen");
  #note = h("div.empty-chart");
  #chart = null;
  #data = null;
  #isStopped = false;

  constructor(label, brushed, classes = "") {
    this.label = label;
    fill(this.#note, t("loading"));
    this.element = h("div.chart", { class: classes, "data-test": "chart" }, this.#canvas, this.#note);
    this.root = h("div", this.element, this.#summary);
    if (brushed) this.#brush(brushed);
    this.#retheme = () => this.#data && this.#draw(true);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#retheme);
    addEventListener("jaga-theme", this.#retheme);
  }

  #retheme;

  show(data) {
    this.#data = data;
    const total = data.series.reduce((sum, each) => sum + each.counts.reduce((a, b) => a + b, 0), 0);
    fill(this.#note, total === 0 ? t("chart.nothing") : "");
    const words = data.series.map(
      (each) => `${oneLine(each.name, 60)}: ${number(each.counts.reduce((a, b) => a + b, 0))}`,
    );
    const counts = data.times.map((_, at) => data.series.reduce((sum, each) => sum + each.counts[at], 0));
    const most = counts.indexOf(Math.max(...counts));
    const peak = total > 0 ? t("chart.peak", { n: counts[most], time: minuteTime(data.times[most]) }) : "";
    const summary = `${this.label}. ${t("chart.total", { n: total })} ${peak} ${words.join(", ")}`;
    this.#summary.textContent = summary;
    this.#canvas.setAttribute("aria-label", summary);
    return this.#draw(false);
  }

  async #draw(isNew) {
    const Chart = await chartLibrary();
    if (this.#isStopped) return;
    const data = this.#data;
    const datasets = data.series.map((each) => ({
      label: oneLine(each.name, 60),
      data: each.counts,
      backgroundColor: colour(each.colour),
      hoverBackgroundColor: colour(each.colour),
      categoryPercentage: 1,
      barPercentage: data.times.length > 90 ? 1 : 0.86,
      maxBarThickness: 26,
      borderRadius: 1,
      minBarLength: 0,
    }));
    if (isNew || !this.#chart) {
      this.#chart?.destroy();
      this.#chart = new Chart(this.#canvas, {
        type: "bar",
        data: { labels: data.times, datasets },
        options: options(data),
      });
    } else {
      this.#chart.data = { labels: data.times, datasets };
      this.#chart.options = options(data);
      this.#chart.update("none");
    }
  }

  #brush(brushed) {
    let start = null;
    const band = h("div.brush", { hidden: true });
    this.element.append(band);
    const place = (event) => {
      const area = this.#chart?.chartArea;
      if (!area) return null;
      const x = event.clientX - this.element.getBoundingClientRect().left;
      return Math.min(Math.max(x, area.left), area.right);
    };
    const show = (from, to) => {
      band.hidden = false;
      band.style.left = `${Math.min(from, to)}px`;
      band.style.width = `${Math.abs(to - from)}px`;
    };
    const stop = () => {
      start = null;
      band.hidden = true;
    };
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      start = place(event);
      if (start !== null) this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (start !== null) show(start, place(event));
    });
    this.element.addEventListener("pointercancel", stop);
    this.element.addEventListener("pointerup", (event) => {
      if (start === null) return;
      const [from, to] = [start, place(event)].sort((a, b) => a - b);
      stop();
      const { times, interval } = this.#data;
      const bucket = (x) => Math.min(Math.max(this.#chart.scales.x.getValueForPixel(x), 0), times.length - 1);
      brushed(times[bucket(from)], times[bucket(to)] + interval);
    });
  }

  stop() {
    this.#isStopped = true;
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.#retheme);
    removeEventListener("jaga-theme", this.#retheme);
    this.#chart?.destroy();
  }
}

/** The API's histogram as data of a chart. */
export function timesOf(histogram) {
  return histogram.counts.map((_, at) => histogram.start_ms + at * histogram.interval_ms);
}
