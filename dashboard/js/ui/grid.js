// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The table of alerts. Rows have one height, so only those in sight are in the document, however many there are.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { oneLine } from "../lib/visible.js";
import { bandOf, keyOf } from "../lib/alerts.js";
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
  #hadFocus = false;
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
    this.#body.addEventListener("pointerleave", () => this.#hideActs());
    this.#body.addEventListener("keydown", (event) => this.#keyed(event));
    this.#body.addEventListener("focusin", (event) => this.#focused(event));
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
    const known = new Set(this.#alerts.map(keyOf));
    this.#alerts.push(...alerts.filter((alert) => !known.has(keyOf(alert))));
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
    if (scroll) this.#bringInSight(this.#alerts.findIndex((alert) => keyOf(alert) === id));
  }

  /** The alert that many rows from the chosen one; the first when none is chosen. */
  neighbour(step) {
    const at = this.#alerts.findIndex((alert) => keyOf(alert) === this.#chosen);
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
    const active = document.activeElement;
    if (!row || active?.closest(".detail")) return;
    // In a column, one stays in it.
    const column = this.#body.contains(active) ? cellAt(active) : -1;
    (row.children[column] ?? row).focus({ preventScroll: true });
  }

  #forget() {
    this.#hadFocus ||= this.#body.contains(document.activeElement);
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
    this.#returnFocus();
  }

  /** The rows were made anew under the focus: it goes to the row that can have it. */
  #returnFocus() {
    if (!this.#hadFocus) return;
    const row = this.#body.querySelector('.grid-row[tabindex="0"]');
    const isLost = document.activeElement === document.body;
    if (row && isLost) row.focus({ preventScroll: true });
    if (row || !isLost) this.#hadFocus = false;
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
          "aria-selected": String(keyOf(alert) === this.#chosen),
          class: this.#fresh.has(alert) ? "is-new" : "",
          "data-test": "alert-row",
          "data-id": String(keyOf(alert)),
          "data-level": bandOf(alert.rule?.level),
        },
        this.#columns.map((name) => cell(alert, name)),
      );
      row.style.gridTemplateColumns = "var(--columns)";
      for (const each of row.children) each.tabIndex = -1;
      this.#made.set(alert, row);
      this.#body.append(row);
    }
    row.setAttribute("aria-rowindex", String(at + 1));
    row.style.transform = `translateY(${at * height}px)`;
    row.tabIndex = at === 0 || keyOf(alert) === this.#chosen ? 0 : -1;
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
    if (hovered) this.#showActs(hovered);
  }

  #focused(event) {
    if (event.target.matches(".cell")) this.#showActs(event.target);
    else if (!this.#acts.contains(event.target)) this.#acts.remove();
  }

  /** Shows + and − in a cell, when it has a value. */
  #showActs(target) {
    const alert = this.#alertOf(target);
    if (!alert) return;
    const name = this.#columns[cellAt(target)];
    this.#hoveredFilter = name && cellFilter(alert, name);
    if (!this.#hoveredFilter) return this.#acts.remove();
    const value = oneLine(this.#hoveredFilter.value, 120);
    const [plus, minus] = this.#acts.children;
    plus.setAttribute("aria-label", t("filter.for_value", { value }));
    minus.setAttribute("aria-label", t("filter.out_value", { value }));
    return target.append(this.#acts);
  }

  /** The pointer is gone: they stay only where the focus is. */
  #hideActs() {
    const active = document.activeElement;
    if (this.#acts.contains(active)) return;
    if (active?.matches(".cell") && this.#body.contains(active)) this.#showActs(active);
    else this.#acts.remove();
  }

  /** ← and → go through a row's cells; + and - in one filter by its value. */
  #keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest(".grid-row");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const cells = [...row.children].filter((each) => each.offsetWidth > 0);
      const at = cells.indexOf(event.target.closest(".cell")) + step;
      (at < 0 ? row : cells[Math.min(at, cells.length - 1)]).focus();
    } else if ("+=-".includes(event.key) && event.target.closest(".cell") && this.#hoveredFilter) {
      this.actions.filter(this.#hoveredFilter, event.key === "-");
    } else return;
    event.preventDefault();
  }
}

/** The place in its row of the cell that this is in; -1 for none. */
function cellAt(element) {
  const inside = element.closest(".cell");
  return inside ? [...inside.parentNode.children].indexOf(inside) : -1;
}
