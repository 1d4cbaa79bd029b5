// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// One alert at the side of the page: its fields, its JSON, its line, what was around it and why it fired.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { containerOf, isArchived, leaves, timeOf } from "../lib/alerts.js";
import { isFilter } from "../lib/query.js";
import { fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { writeAddress } from "../lib/router.js";
import { jsonBlock } from "./code.js";
import { copy, levelBadge, tabList } from "./pieces.js";
import { markLine } from "./detail-attack.js";
import { drawAround, drawWhy } from "./detail-why.js";
import { respondButton } from "./respond.js";

export class Detail {
  #body = h("div.detail-body", {
    id: "tab-panel",
    role: "tabpanel",
    tabindex: "0",
    "data-test": "detail-body",
  });
  #tab = "table";
  #stop = new AbortController();

  /** `close()`, `step(±1)`, `filter(filter)`, `column(name)`, `open(alert)`. */
  constructor(actions) {
    this.actions = actions;
    this.element = h("aside.detail", {
      "aria-label": t("detail.title"),
      "data-test": "detail",
      hidden: true,
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  show(alert) {
    if (!this.isOpen) {
      this.element.classList.add("opening");
      setTimeout(() => this.element.classList.remove("opening"), 200);
    }
    this.alert = alert;
    this.element.hidden = false;
    document.querySelector(".shell")?.classList.add("with-detail");
    // An event of the archives has no address to ask for what was around it.
    const names = ["table", "json", "line", "around", "why"].filter(
      (name) => name !== "around" || !isArchived(alert),
    );
    if (!names.includes(this.#tab)) this.#tab = "table";
    const tabs = names.map((name) => [name, t(`detail.${name}`)]);
    fill(
      this.element,
      this.#head(
        alert,
        tabList(t("detail.title"), tabs, this.#tab, (name) => {
          this.#tab = name;
          this.#draw();
        }),
      ),
      this.#body,
    );
    this.#draw();
  }

  hide() {
    this.#stop.abort();
    this.alert = null;
    this.element.hidden = true;
    document.querySelector(".shell")?.classList.remove("with-detail");
  }

  #head(alert, tabs) {
    const container = containerOf(alert);
    const ms = timeOf(alert);
    return h(
      "header.detail-head",
      h(
        "div.detail-top",
        levelBadge(alert.rule?.level ?? 0),
        h("time.grow.outside", ms ? fullTime(ms) : oneLine(alert.timestamp ?? "")),
        iconButton("up", t("detail.previous"), () => this.actions.step(-1), {
          "data-test": "detail-previous",
        }),
        iconButton("down", t("detail.next"), () => this.actions.step(1), { "data-test": "detail-next" }),
        iconButton("close", t("close"), () => this.actions.close(), { "data-test": "detail-close" }),
      ),
      h("h2.detail-title.outside", oneLine(alert.rule ? (alert.rule.description ?? "") : (alert.full_log ?? ""), 600)),
      h(
        "div.detail-facts",
        alert.rule &&
          h(
            "a.tag",
            { href: writeAddress("rules", [], { id: String(alert.rule.id ?? "") }) },
            icon("rules"),
            `${t("rule")} ${alert.rule.id ?? ""}`,
          ),
        container !== null &&
          h(
            "a.tag",
            { href: writeAddress("containers", [container]) },
            icon("docker"),
            h("span.outside", oneLine(container, 60)),
          ),
        alert.data?.srcip && h("span.tag", icon("globe"), h("span.outside", oneLine(alert.data.srcip, 60))),
        respondButton(alert),
      ),
      tabs,
    );
  }

  #draw() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#body.setAttribute("aria-labelledby", `tab-${this.#tab}`);
    this.#body.scrollTop = 0;
    const { alert } = this;
    const { signal } = this.#stop;
    if (this.#tab === "table") fill(this.#body, this.#table(alert));
    else if (this.#tab === "json") {
      fill(this.#body, this.#copyable(JSON.stringify(alert, null, 2)), jsonBlock(alert));
    } else if (this.#tab === "line") {
      fill(this.#body, this.#line(alert));
      const block = this.#body.querySelector("[data-test=original-line]");
      if (block && alert.full_log) markLine(block, alert, signal);
    } else if (this.#tab === "around") {
      drawAround(this.#body, alert, signal, (other) => this.actions.open(other));
    } else drawWhy(this.#body, alert, signal);
  }

  #copyable(text) {
    return h(
      "div.section",
      h(
        "h3",
        h(
          "button.button.small.plain.end",
          { type: "button", "data-test": "copy", on: { click: () => copy(text) } },
          icon("copy"),
          t("copy"),
        ),
      ),
    );
  }

  #table(alert) {
    const rows = [];
    for (const [field, values] of leaves(alert)) {
      for (const [at, value] of values.entries()) rows.push(...this.#pair(field, value, at));
    }
    return h("dl.pairs", { "data-test": "detail-table" }, rows);
  }

  #pair(field, value, at) {
    const name = oneLine(field, 120);
    const value120 = oneLine(value, 120);
    const about = (key) => t(key, { value: `${name} ${value120}` });
    return [
      h("dt.outside", at === 0 ? name : ""),
      h(
        "dd",
        { "data-field": name },
        h("span.value.outside", value),
        h(
          "span.acts",
          iconButton("plus", about("filter.for_value"), () => this.actions.filter(isFilter(field, value)), {
            class: "tiny",
            "data-test": "detail-plus",
          }),
          iconButton(
            "minus",
            about("filter.out_value"),
            () => this.actions.filter(isFilter(field, value, true)),
            { class: "tiny", "data-test": "detail-minus" },
          ),
          at === 0 &&
            iconButton(
              "exists",
              t("filter.exists_field", { value: name }),
              () => this.actions.filter({ field, operator: "?", value: "", negated: false }),
              { class: "tiny", "data-test": "detail-exists" },
            ),
          at === 0 &&
            iconButton("columns", t("columns.toggle", { value: name }), () => this.actions.column(field), {
              class: "tiny",
              "data-test": "detail-column",
            }),
        ),
      ),
    ];
  }

  #line(alert) {
    const section = (key, text) =>
      text &&
      h(
        "section.section",
        h(
          "h3",
          t(key),
          h(
            "button.button.small.plain.end",
            { type: "button", on: { click: () => copy(text) } },
            icon("copy"),
            t("copy"),
          ),
        ),
        h("pre.code-block", { tabindex: "0", "data-test": "original-line" }, text),
      );
    if (!alert.full_log && !alert.previous_output) return h("p.muted", t("detail.no_line"));
    return [
      section("detail.full_log", alert.full_log),
      section("detail.previous_output", alert.previous_output),
      h(
        "p.section.muted",
        `${t("column.location")}: `,
        h("span.outside.mono", oneLine(alert.location ?? "")),
      ),
    ];
  }
}
