// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The most frequent values of a field, each with + and −.
import { fill, h, iconButton } from "../lib/dom.js";
import { compact, number, t } from "../lib/i18n.js";
import { oneLine } from "../lib/visible.js";

const FEW = 5;

function relabel(button, label) {
  button.title = label;
  button.setAttribute("aria-label", label);
}

/**
 * A panel. `rows` are `{ value, count, label?, filter? }`; `add(row, negated)` makes a chip of one.
 */
export class TopList {
  #rows = h("ul");
  #count = h("span.count");
  #more = h("button.more", { type: "button", hidden: true, on: { click: () => this.#toggle() } });
  #isOpen = false;
  #shown = [];
  #made = new Map();

  constructor(title, add, { name, few = FEW } = {}) {
    this.add = add;
    this.few = few;
    this.element = h(
      "section.facet",
      { "aria-label": title, "data-test": `panel-${name}` },
      h("div.facet-head", h("h3", title), this.#count),
      this.#rows,
      this.#more,
    );
  }

  wait() {
    if (this.#shown.length > 0) return;
    fill(
      this.#rows,
      Array.from({ length: 3 }, (_, at) => {
        const bone = h("span.bone");
        bone.style.width = `${80 - at * 18}%`;
        bone.style.margin = "6px";
        return h("li", { "aria-hidden": "true" }, bone);
      }),
    );
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
    // A row that was there stays the same element: it may have the focus or be clicked just now.
    const before = this.#made;
    this.#made = new Map(rows.map((row) => [row.value, before.get(row.value) ?? this.#row(row)]));
    for (const row of rows) this.#made.get(row.value).update(row, most);
    const elements = [...this.#made.values()].map((made) => made.element);
    if (elements.length === 0) fill(this.#rows, h("li.none", t("none")));
    else if (
      elements.some((element, at) => this.#rows.children[at] !== element) ||
      elements.length !== this.#rows.children.length
    ) {
      this.#arrange(elements);
    }
  }

  #arrange(elements) {
    const active = this.#rows.contains(document.activeElement) ? document.activeElement : null;
    this.#rows.replaceChildren(...elements);
    if (active?.isConnected) active.focus();
  }

  #row(first) {
    let row = first;
    const bar = h("span.top-bar");
    const name = h("button.top-name.outside", { type: "button", on: { click: () => this.add(row, false) } });
    const count = h("span.top-count", { "aria-hidden": "true" });
    const plus = iconButton("plus", "", () => this.add(row, false), {
      "data-test": "top-plus",
      class: "tiny",
    });
    const minus = iconButton("minus", "", () => this.add(row, true), {
      "data-test": "top-minus",
      class: "tiny",
    });
    const update = (newer, most) => {
      row = newer;
      const text = oneLine(row.label ?? row.value, 160);
      bar.style.width = `${(row.count / most) * 100}%`;
      name.textContent = text;
      name.title = text;
      name.setAttribute("aria-label", `${text}: ${number(row.count)}. ${t("filter.for")}`);
      count.textContent = compact(row.count);
      relabel(plus, t("filter.for_value", { value: text }));
      relabel(minus, t("filter.out_value", { value: text }));
    };
    return {
      element: h("li.top-row", { "data-test": "top-row" }, bar, name, count, h("span.top-acts", plus, minus)),
      update,
    };
  }
}
