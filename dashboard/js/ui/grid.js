// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The table of alerts. Rows have one height, so only those in sight are in the document, however many there are.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { bandOf } from "../lib/alerts.js";
import { cell, cellFilter, columnKey, columnTitle, columnWidth } from "./columns.js";

const small = matchMedia("(max-width: 720px)");
const SPARE = 8;

export class AlertGrid {
  #head = h("div.grid-head", { role: "rowgroup" });
  #body = h("div.grid-body", { role: "rowgroup" });
  #note = h("div.grid-note", { hidden: true });
  #made = new Map();
  #alerts = [];
  #columns = [];
  #chosen = null;
  #fresh = new Set();
  #frame = 0;
  #acts;
  #redraw = () => this.#soon();

  /** `open(alert)`, `filter(filter, negated)`, `sort(field)`, `more()` when the end comes in sight. */
  constructor(actions) {
    this.actions = actions;
    this.table = h(
      "div.grid",
      { role: "grid", "aria-label": t("table.label"), "data-test": "alert-table" },
      this.#head,
      this.#body,
    );
    this.element = h("div.grid-scroll", this.table, this.#note);
    this.#acts = this.#cellActions();
    this.#body.addEventListener("click", (event) => this.#clicked(event));
    this.#body.addEventListener("pointerover", (event) => this.#hovered(event));
    this.#body.addEventListener("pointerleave", () => this.#acts.remove());
    addEventListener("scroll", this.#redraw, { passive: true });
    addEventListener("resize", this.#redraw);
    small.addEventListener("change", this.#redraw);
  }

  stop() {
    removeEventListener("scroll", this.#redraw);
    removeEventListener("resize", this.#redraw);
    small.removeEventListener("change", this.#redraw);
    cancelAnimationFrame(this.#frame);
  }

  get alerts() {
    return this.#alerts;
  }

  setColumns(columns, sort) {
    this.#columns = columns;
    const [field, direction] = [sort.slice(0, sort.lastIndexOf(":")), sort.slice(sort.lastIndexOf(":") + 1)];
    const template = columns.map(columnWidth).join(" ");
    const widest = columns.reduce(
      (sum, name) => sum + (Number.parseInt(/\d+/.exec(columnWidth(name))[0], 10) + 16),
      28,
    );
    this.element.classList.toggle(
      "is-wide",
      !small.matches && widest > this.element.clientWidth && this.element.clientWidth > 0,
    );
    this.table.style.minWidth = small.matches ? "" : `${widest}px`;
    this.table.style.setProperty("--columns", template);
    fill(
      this.#head,
      h(
        "div.grid-row",
        { role: "row" },
        columns.map((name) => {
          const isSorted = columnKey(field) === columnKey(name);
          return h(
            "div",
            {
              role: "columnheader",
              "aria-sort": isSorted ? (direction === "asc" ? "ascending" : "descending") : "none",
            },
            h(
              "button",
              {
                type: "button",
                title: name,
                "data-test": `sort-${name}`,
                on: { click: () => this.actions.sort(name) },
              },
              h("span.outside", columnTitle(name)),
              isSorted && icon(direction === "asc" ? "up" : "down"),
            ),
          );
        }),
      ),
    );
    this.#head.firstChild.style.gridTemplateColumns = template;
    this.#forget();
    this.#soon();
  }

  /** Puts these rows in place of all; `total` is how many there are in all. */
  show(alerts, total) {
    this.#alerts = alerts;
    this.table.setAttribute("aria-rowcount", String(total ?? -1));
    this.#forget();
    this.#soon();
  }

  append(alerts) {
    const known = new Set(this.#alerts.map((alert) => alert.id));
    this.#alerts.push(...alerts.filter((alert) => !known.has(alert.id)));
    this.#soon();
  }

  /** New rows on top; at most `most` are kept. */
  prepend(alerts, most) {
    for (const alert of alerts) this.#fresh.add(alert);
    this.#alerts = [...alerts, ...this.#alerts].slice(0, most);
    this.#soon();
  }

  note(text) {
    this.#note.hidden = !text;
    fill(this.#note, text);
  }

  /** Marks the row of this id, and brings it in sight. */
  choose(id, { scroll = true } = {}) {
    this.#chosen = id;
    for (const row of this.#made.values()) row.setAttribute("aria-selected", String(row.dataset.id === id));
    if (scroll) this.#bringInSight(this.#alerts.findIndex((alert) => alert.id === id));
  }

  /** The alert that many rows from the chosen one; the first when none is chosen. */
  neighbour(step) {
    const at = this.#alerts.findIndex((alert) => alert.id === this.#chosen);
    if (at < 0) return this.#alerts[0] ?? null;
    return this.#alerts[Math.min(Math.max(at + step, 0), this.#alerts.length - 1)] ?? null;
  }

  #rowHeight() {
    return small.matches ? 64 : 32;
  }

  #bringInSight(at) {
    if (at < 0) return;
    const top = this.#body.getBoundingClientRect().top + at * this.#rowHeight();
    const head = small.matches ? 170 : 146;
    if (top < head) scrollBy(0, top - head);
    else if (top + this.#rowHeight() > innerHeight - 12) {
      scrollBy(0, top + this.#rowHeight() - innerHeight + 12);
    }
    this.#draw();
    const row = this.#made.get(this.#alerts[at]);
    if (row && !document.activeElement?.closest(".detail")) row.focus({ preventScroll: true });
  }

  #forget() {
    for (const row of this.#made.values()) row.remove();
    this.#made.clear();
    this.#acts.remove();
  }

  #soon() {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const height = this.#rowHeight();
    this.#body.style.height = `${this.#alerts.length * height}px`;
    const top = this.#body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / height) - SPARE);
    const last = Math.min(this.#alerts.length, Math.ceil((innerHeight - top) / height) + SPARE);
    const wanted = new Set(this.#alerts.slice(first, Math.max(first, last)));
    for (const [alert, row] of this.#made) {
      if (wanted.has(alert)) continue;
      row.remove();
      this.#made.delete(alert);
    }
    for (let at = first; at < last; at += 1) this.#place(at, height);
    if (last >= this.#alerts.length - 20 && this.#alerts.length > 0) this.actions.more();
    this.#fresh.clear();
  }

  #place(at, height) {
    const alert = this.#alerts[at];
    let row = this.#made.get(alert);
    if (!row) {
      row = h(
        "div.grid-row",
        {
          role: "row",
          tabindex: "-1",
          "aria-selected": String(alert.id === this.#chosen),
          class: this.#fresh.has(alert) ? "is-new" : "",
          "data-test": "alert-row",
          "data-id": String(alert.id),
          "data-level": bandOf(alert.rule?.level),
        },
        this.#columns.map((name) => cell(alert, name)),
      );
      row.style.gridTemplateColumns = "var(--columns)";
      this.#made.set(alert, row);
      this.#body.append(row);
    }
    row.setAttribute("aria-rowindex", String(at + 1));
    row.style.transform = `translateY(${at * height}px)`;
    row.tabIndex = at === 0 || alert.id === this.#chosen ? 0 : -1;
  }

  #alertOf(target) {
    const row = target.closest?.(".grid-row");
    if (!row) return null;
    for (const [alert, made] of this.#made) if (made === row) return alert;
    return null;
  }

  #clicked(event) {
    if (event.target.closest(".cell-acts")) return;
    // Marking text is no click.
    if (String(getSelection()).length > 0) return;
    const alert = this.#alertOf(event.target);
    if (alert) this.actions.open(alert);
  }

  #cellActions() {
    const act = (negated) => {
      const filter = this.#hoveredFilter;
      if (filter) this.actions.filter(filter, negated);
    };
    return h(
      "span.cell-acts",
      iconButton("plus", t("filter.for"), () => act(false), { class: "tiny", "data-test": "cell-plus" }),
      iconButton("minus", t("filter.out"), () => act(true), { class: "tiny", "data-test": "cell-minus" }),
    );
  }

  #hoveredFilter = null;

  #hovered(event) {
    if (event.pointerType === "touch" || this.#acts.contains(event.target)) return;
    const hovered = event.target.closest(".cell");
    const alert = hovered && this.#alertOf(hovered);
    if (!alert) return;
    const name = this.#columns[[...hovered.parentNode.children].indexOf(hovered)];
    this.#hoveredFilter = name && cellFilter(alert, name);
    if (this.#hoveredFilter) hovered.append(this.#acts);
    else this.#acts.remove();
  }
}
