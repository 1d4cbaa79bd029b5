// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Outputs on the status page: who is told of alerts, how that goes, and a test of it.
import { fill, h, icon } from "../lib/dom.js";
import { get, post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { ago } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";

const STATES = { ready: "connected", failing: "failed", full: "failed" };
const HEADS = [
  ["status.state"],
  ["outputs.output"],
  ["outputs.waiting", true],
  ["outputs.told", true],
  ["outputs.lost", true],
  ["outputs.last"],
];

/** The card of outputs; hidden while there are none. */
export class OutputsCard {
  /** What became of tests, by name: it stays while the figures are drawn anew. */
  #results = new Map();
  #busy = new Set();
  #outputs = [];

  constructor(session) {
    this.isAdministrator = session?.role === "administrator";
    this.element = h("section.card", { "aria-label": t("outputs.title"), hidden: true });
  }

  async load(signal) {
    const { outputs } = await get("/outputs", {}, { signal });
    this.#outputs = outputs;
  }

  draw() {
    this.element.hidden = this.#outputs.length === 0;
    const failing = this.#outputs.filter((each) => each.state !== "ready").length;
    fill(
      this.element,
      h(
        "div.card-head",
        h("h2", t("outputs.title")),
        h("span.muted", number(this.#outputs.length)),
        failing > 0 && h("span.level.high", t("status.failed", { n: failing })),
      ),
      h(
        "div.table-scroll.card-body",
        h(
          "table.table",
          { "data-test": "outputs" },
          h(
            "thead",
            h(
              "tr",
              HEADS.map(([name, end]) => h("th", { scope: "col", class: end ? "end" : "" }, t(name))),
              this.isAdministrator && h("th", { scope: "col" }, t("outputs.test")),
            ),
          ),
          h(
            "tbody",
            this.#outputs.map((each) => this.#row(each)),
          ),
        ),
      ),
    );
  }

  #row(output) {
    const state = STATES[output.state] ?? "failed";
    const lost = output.dropped + output.refused;
    return h(
      "tr",
      { "data-test": "output-row", "data-state": output.state },
      h("td", h("span.state-text", h("span.dot", { class: state }), t(`output.${output.state}`))),
      h(
        "td",
        { class: "source-name" },
        h("div.outside", `${oneLine(output.name, 64)} · ${oneLine(output.kind, 40)}`),
        h("div.muted.outside", oneLine(output.trouble || output.target, 300)),
      ),
      h("td.end", number(output.waiting + output.counted)),
      h("td.end", number(output.alerts)),
      h(
        "td.end",
        lost > 0
          ? h("div.state-text", icon("warn"), t("outputs.lost_n", { n: lost }))
          : h("span.muted", "0"),
      ),
      h("td.nowrap", output.last_delivery_ms ? ago(output.last_delivery_ms) : "–"),
      this.isAdministrator && h("td", this.#button(output.name)),
    );
  }

  #button(name) {
    const result = this.#results.get(name);
    return h(
      "div",
      h(
        "button.button.small",
        {
          type: "button",
          disabled: this.#busy.has(name),
          "data-test": "output-test",
          "aria-label": t("outputs.test_of", { name }),
          on: { click: () => this.#test(name) },
        },
        t("outputs.test"),
      ),
      result && h("div.muted.outside", { role: "status", "data-test": "output-result" }, oneLine(result, 300)),
    );
  }

  async #test(name) {
    this.#busy.add(name);
    this.draw();
    try {
      await post(`/outputs/${encodeURIComponent(name)}/test`);
      this.#results.set(name, t("outputs.taken"));
    } catch (error) {
      this.#results.set(name, error.message);
    }
    this.#busy.delete(name);
    this.draw();
  }
}
