// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The most frequent values of a field, each with + and −.
import { fill, h, iconButton } from "../lib/dom.js";
import { compact, number, t } from "../lib/i18n.js";
import { oneLine } from "../lib/visible.js";

const FEW = 5;

/**
 * A panel. `rows` are `{ value, count, label?, filter? }`; `add(row, negated)` makes a chip of one.
 */
export class TopList {
  #rows = h("ul");
  #count = h("span.count");
  #more = h("button.more", { type: "button", hidden: true, on: { click: () => this.#toggle() } });
  #isOpen = false;
  #shown = [];

  constructor(title, add, { name, few = FEW } = {}) {
    this.add = add;
    this.few = few;
    this.element = h("section.facet", { "aria-label": title, "data-test": `panel-${name}` },
      h("div.facet-head", h("h3", title), this.#count), this.#rows, this.#more);
  }

  wait() {
    if (this.#shown.length > 0) return;
    fill(this.#rows, Array.from({ length: 3 }, (_, at) => {
      const bone = h("span.bone");
      bone.style.width = `${80 - at * 18}%`;
      bone.style.margin = "6px";
      return h("li", { "aria-hidden": "true" }, bone);
    }));
  }

  show(rows, distinct) {
    this.#shown = rows;
    this.#count.textContent = distinct > rows.length ? number(distinct) : "";
    this.#draw();
  }

  #toggle() {
    this.#isOpen = !this.#isOpen;
    this.#draw();
  }

  #draw() {
    const rows = this.#isOpen ? this.#shown : this.#shown.slice(0, this.few);
    const most = Math.max(1, ...this.#shown.map((row) => row.count));
    this.#more.hidden = this.#shown.length <= this.few;
    this.#more.textContent = this.#isOpen ? t("fewer") : t("more", { n: this.#shown.length - this.few });
    // A button that has the focus keeps it through a refresh.
    const active = this.#rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(this.#rows, rows.length > 0 ? rows.map((row) => this.#row(row, most)) : h("li.none", t("none")));
    if (active) [...this.#rows.querySelectorAll("button")].find((each) => each.dataset.key === active)?.focus();
  }

  #row(row, most) {
    const name = oneLine(row.label ?? row.value, 160);
    const bar = h("span.top-bar");
    bar.style.width = `${(row.count / most) * 100}%`;
    return h("li.top-row", { "data-test": "top-row" }, bar,
      h("button.top-name.outside", { type: "button", title: name, "data-key": `=${row.value}`, "aria-label": `${name}: ${number(row.count)}. ${t("filter.for")}`,
        on: { click: () => this.add(row, false) } }, name),
      h("span.top-count", { "aria-hidden": "true" }, compact(row.count)),
      h("span.top-acts",
        iconButton("plus", t("filter.for_value", { value: name }), () => this.add(row, false), { "data-key": `+${row.value}`, "data-test": "top-plus", class: "tiny" }),
        iconButton("minus", t("filter.out_value", { value: name }), () => this.add(row, true), { "data-key": `-${row.value}`, "data-test": "top-minus", class: "tiny" })));
  }
}
