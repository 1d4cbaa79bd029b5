// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Threat Hunting: search, figures, table and detail, live.
import { fill, h, icon } from "../lib/dom.js";
import { Latest, get, isAbort, post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { withRecent } from "../lib/alerts.js";
import { onEscape, onKeys } from "../lib/keys.js";
import { released } from "../lib/pointer.js";
import { preference, setPreference } from "../lib/prefs.js";
import { withFilter } from "../lib/query.js";
import { go, note } from "../lib/router.js";
import { Refresher } from "../lib/refresher.js";
import { openStream, parsed } from "../lib/stream.js";
import { endsNow } from "../lib/time.js";
import { drawChips } from "../ui/chips.js";
import { Detail } from "../ui/detail.js";
import { AlertGrid } from "../ui/grid.js";
import { announce, bones, problemNotice } from "../ui/pieces.js";
import { QueryBar } from "../ui/querybar.js";
import { TimePicker } from "../ui/timepicker.js";
import { HuntPanels, huntAggregations } from "./hunt-panels.js";
import { isSameSearch, readState, stateAddress, stateQuery } from "./hunt-state.js";
import { resultTools, noAlerts } from "./hunt-tools.js";

const PAGE = 100;
/** Rows kept when new ones come; more come back from the server when the end is looked at. */
const MOST = 400;
/**
 * Alerts of the stream that may not be in the index yet; more than this at once are not put in one by one: the page is
 * asked anew.
 */
const RECENT = 60;

export class HuntPage {
  #state = null;
  #search = new Latest();
  #figures = new Latest();
  #next = null;
  #isLoading = false;
  #isCut = false;
  #total = 0;
  #held = 0;
  #stream = null;
  #recent = [];
  #refresher = new Refresher(() => this.#refresh());
  #isWrong = false;
  #isStopped = false;
  #offEscape = null;

  constructor(root) {
    document.title = `${t("nav.hunt")} · Jaga`;
    this.bar = new QueryBar({
      submit: (q) => this.#go({ q }),
      range: () => stateQuery(this.#state).parameters,
    });
    this.picker = new TimePicker((from, to) => this.#go({ from, to }));
    this.live = h(
      "button.button.live",
      {
        type: "button",
        "data-test": "live-toggle",
        id: "live-toggle",
        on: { click: () => this.#toggleLive() },
      },
      h("span.dot"),
      h("span", t("live")),
    );
    this.chips = h("div.chips", { role: "list", "aria-label": t("filters") });
    this.panels = new HuntPanels({
      add: (filter) => this.#add(filter),
      brushed: (from, to) => this.#go({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }),
    });
    this.grid = new AlertGrid({
      open: (alert) => this.#open(alert),
      filter: (filter, negated) => this.#add({ ...filter, operator: ":", negated }),
      sort: (name) => this.#sort(name),
      more: () => this.#more(),
    });
    this.detail = new Detail({
      close: () => this.#close(),
      step: (step) => this.#step(step),
      filter: (filter) => this.#add(filter),
      column: (name) => this.#toggleColumn(name),
      open: (alert) => this.#open(alert),
    });
    this.count = h("h2", { "data-test": "result-count" }, "…");
    this.pillText = h("span");
    this.pill = h(
      "div.new-pill",
      { hidden: true },
      h(
        "button",
        {
          type: "button",
          "data-test": "new-alerts",
          on: {
            click: () => {
              scrollTo(0, 0);
              this.#load();
            },
          },
        },
        icon("up"),
        this.pillText,
      ),
    );
    this.notice = h("div");
    this.tools = h("div.toolbar-row");
    this.body = h("div.hunt-body", this.panels.facets, this.#results());
    this.toolbar = h(
      "div.toolbar",
      h("div.toolbar-row", this.bar.element, this.picker.element, h("div.anchor", this.live)),
      this.chips,
    );
    fill(
      root,
      h("h1.unseen", t("nav.hunt")),
      this.toolbar,
      this.notice,
      this.panels.strip,
      this.panels.chartCard,
      this.body,
      this.detail.element,
    );
    this.#showPanels(preference("panels", innerWidth > 720));
    this.#watchToolbar();
    this.offKeys = onKeys({
      "/": () => this.bar.focus(),
      j: () => this.#step(1),
      k: () => this.#step(-1),
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Enter: () => this.#openChosen(),
      o: () => this.#openChosen(),
      t: () => this.picker.open(),
      l: () => this.#toggleLive(),
      r: () => this.#load(),
    });
  }

  #results() {
    return h(
      "section.card.results",
      { "aria-label": t("hunt.results") },
      h(
        "div.results-head",
        this.count,
        resultTools({
          state: () => this.#state,
          setColumns: (columns) => this.#setColumns(columns),
          showPanels: () => this.#showPanels(this.body.classList.contains("without-panels")),
        }),
      ),
      this.pill,
      this.grid.element,
    );
  }

  #watchToolbar() {
    this.resized = new ResizeObserver(() => {
      this.body.style.setProperty("--grid-top", `${this.toolbar.offsetHeight}px`);
    });
    this.resized.observe(this.toolbar);
  }

  /** Takes over what the address says. */
  update({ params }) {
    const before = this.#state;
    this.#state = readState(params);
    this.bar.show(this.#state.q);
    this.picker.show(this.#state.from, this.#state.to);
    drawChips(this.chips, this.#state.filters, (filters) => this.#go({ filters }));
    this.grid.setColumns(this.#state.columns, this.#state.sort);
    if (!before || !isSameSearch(before, this.#state)) {
      this.#stream?.close();
      this.#recent = [];
      this.#load().then(() => this.#listen());
    }
    this.#showAlert(this.#state.alert);
  }

  stop() {
    this.#isStopped = true;
    this.offKeys();
    this.#offEscape?.();
    this.#refresher.stop();
    this.#search.stop();
    this.#figures.stop();
    this.#stream?.close();
    this.resized.disconnect();
    this.panels.stop();
    this.grid.stop();
    this.detail.hide();
  }

  #go(change) {
    go(stateAddress({ ...this.#state, ...change }));
    if ("q" in change && change.q === this.#state.q) this.#load();
  }

  #add(filter) {
    this.#go({ filters: withFilter(this.#state.filters, filter) });
  }

  #sort(name) {
    const direction = this.#state.sort === `${name}:desc` ? "asc" : "desc";
    this.#go({ sort: `${name}:${direction}` });
  }

  #setColumns(columns) {
    setPreference("columns", columns);
    this.#go({ columns });
  }

  #toggleColumn(name) {
    const { columns } = this.#state;
    this.#setColumns(columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name]);
  }

  #showPanels(isShown) {
    this.body.classList.toggle("without-panels", !isShown);
    setPreference("panels", isShown);
  }

  // Asking

  async #load() {
    this.#held = 0;
    this.pill.hidden = true;
    if (this.grid.alerts.length === 0) this.#wait();
    this.grid.element.classList.add("stale");
    this.#loadFigures();
    await this.#loadRows(PAGE);
  }

  #wait() {
    this.panels.wait();
    this.grid.note("");
    fill(this.notice);
    if (!this.skeleton) this.skeleton = h("div.card-body", bones(12));
    this.grid.element.before(this.skeleton);
  }

  async #loadRows(limit) {
    const { parameters, shift } = stateQuery(this.#state);
    const signal = this.#search.next();
    this.#isLoading = true;
    try {
      const answer = await get("/alerts", { ...parameters, sort: this.#state.sort, limit }, { signal });
      this.#next = answer.next;
      this.#isCut = false;
      this.#total = answer.total;
      this.#isWrong = false;
      this.bar.showError(null);
      fill(this.notice);
      this.grid.show(
        this.#state.sort === "timestamp:desc" ? withRecent(answer.alerts, this.#recent) : answer.alerts,
        answer.total,
      );
      this.grid.choose(this.#state.alert, { scroll: false });
      this.#showCount(answer.took_ms);
      this.#ended();
    } catch (error) {
      if (isAbort(error)) return;
      this.#isWrong = error.status === 400;
      if (this.#isWrong) this.bar.showError(error, shift);
      else {
        fill(
          this.notice,
          problemNotice(error, () => this.#load()),
        );
      }
      if (this.grid.alerts.length === 0) this.count.textContent = t("hunt.no_answer");
    }
    this.#isLoading = false;
    this.skeleton?.remove();
    this.grid.element.classList.remove("stale");
  }

  async #loadFigures() {
    const { parameters } = stateQuery(this.#state);
    this.#refresher.asked();
    try {
      const buckets = innerWidth < 720 ? 40 : 80;
      const body = {
        q: parameters.q,
        from: parameters.from || undefined,
        to: parameters.to || undefined,
        aggregations: huntAggregations(buckets),
      };
      const answer = await post("/alerts/aggregations", body, { signal: this.#figures.next() });
      await released();
      await this.panels.show(answer.aggregations);
      this.#total = answer.aggregations.evolution.total;
      this.#showCount();
    } catch (error) {
      // The search tells of mistakes in the query and of a server that is away.
      if (!isAbort(error) && error.status !== 400 && error.status !== 0) {
        fill(
          this.notice,
          problemNotice(error, () => this.#load()),
        );
      }
    }
  }

  async #more() {
    if (this.#isLoading) return;
    if (this.#isCut) return this.#loadRows(1000);
    if (!this.#next) return;
    this.#isLoading = true;
    this.grid.note(t("loading"));
    const { parameters } = stateQuery(this.#state);
    try {
      const answer = await get(
        "/alerts",
        { ...parameters, sort: this.#state.sort, limit: PAGE * 2, cursor: this.#next, total: false },
        { signal: this.#search.next() },
      );
      this.#next = answer.next;
      this.#isLoading = false;
      this.grid.append(answer.alerts);
      this.#ended();
    } catch (error) {
      this.#isLoading = false;
      this.#next = null;
      if (!isAbort(error)) this.grid.note(problemNotice(error, () => this.#load()));
    }
  }

  #ended() {
    const isEmpty = this.grid.alerts.length === 0;
    this.grid.table.hidden = isEmpty;
    if (isEmpty) this.#showEmpty();
    else this.grid.note(this.#next ? "" : t("hunt.end"));
  }

  async #showEmpty() {
    const state = this.#state;
    const show = (isFirst) => this.grid.note(noAlerts(state, (change) => this.#go(change), isFirst));
    show(false);
    if (state.q !== "" || state.filters.length > 0 || state.from === "") return;
    try {
      const { alerts } = await get("/alerts", { limit: 1, total: false });
      if (state === this.#state && this.grid.alerts.length === 0) show(alerts.length === 0);
    } catch {
      // It stays with what is said of this time.
    }
  }

  #showCount(took) {
    if (Number.isFinite(took)) this.took = took;
    const time = Number.isFinite(this.took)
      ? h("span.muted", { title: t("hunt.took") }, `${number(this.took)} ms`)
      : null;
    fill(this.count, t("hunt.count", { n: this.#total ?? 0 }), time);
  }

  // Live

  #toggleLive() {
    setPreference("live", !preference("live", true));
    this.#listen();
    if (preference("live", true)) this.#load();
  }

  #listen() {
    this.#stream?.close();
    this.#stream = null;
    if (this.#isStopped) return;
    const canLive = endsNow(this.#state.to) && !this.#isWrong;
    const isLive = canLive && preference("live", true);
    this.live.setAttribute("aria-pressed", String(isLive));
    this.live.disabled = !canLive;
    this.live.title = canLive ? t("live.hint") : t("live.past");
    this.live.classList.remove("is-open");
    if (!isLive) return;
    this.#stream = openStream(
      "/alerts/stream",
      { q: stateQuery(this.#state).parameters.q },
      {
        names: ["alert"],
        batch: (items, missed) => this.#arrived(items, missed),
        state: (name) => {
          this.live.classList.toggle("is-open", name === "open");
          // What came before the stream stood, or while it was away, is not in it.
          if (name === "open") {
            this.rowsWanted = true;
            this.#refresher.soon();
          }
        },
      },
    );
  }

  #arrived(items, missed) {
    const count = items.length + missed;
    this.#total += count;
    announce(t("live.arrived", { n: count }));
    this.#refresher.soon();
    const alerts = items.slice(-RECENT).map(parsed).filter(Boolean).reverse();
    this.#recent = [...alerts, ...this.#recent].slice(0, RECENT);
    if (this.#state.sort !== "timestamp:desc") return this.#hold(count);
    const isLooking = this.grid.element.getBoundingClientRect().top < 0;
    // What is being read must not move.
    if (isLooking || this.detail.isOpen || this.#held > 0) return this.#hold(count);
    if (count > RECENT) {
      this.rowsWanted = true;
      return undefined;
    }
    const known = new Set(this.grid.alerts.slice(0, 200).map((alert) => alert.id));
    const fresh = alerts.filter((alert) => !known.has(alert.id));
    if (this.grid.alerts.length + fresh.length > MOST) this.#isCut = true;
    const isFirst = this.grid.alerts.length === 0;
    this.grid.table.hidden = false;
    this.grid.prepend(fresh, MOST);
    if (isFirst) this.#ended();
    return this.#showCount();
  }

  #hold(count) {
    this.#held += count;
    this.pill.hidden = false;
    fill(this.pillText, t("live.new", { n: this.#held }));
    this.#showCount();
  }

  #refresh() {
    const wantsRows = this.rowsWanted && this.#held === 0 && !this.#isLoading && !this.detail.isOpen;
    if (wantsRows) this.rowsWanted = false;
    return Promise.all([this.#loadFigures(), wantsRows && this.#loadRows(PAGE)]);
  }

  // One alert

  #open(alert) {
    note(stateAddress({ ...this.#state, alert: alert.id }));
    this.#state.alert = alert.id;
    this.opened = alert;
    this.#showAlert(alert.id);
  }

  #openChosen() {
    const alert = this.grid.alerts.find((each) => each.id === this.chosen) ?? this.grid.neighbour(0);
    if (alert) this.#open(alert);
  }

  #close() {
    note(stateAddress({ ...this.#state, alert: "" }));
    this.chosen = this.#state.alert;
    this.#state.alert = "";
    this.#showAlert("");
    this.grid.choose(this.chosen);
  }

  #step(step) {
    const alert = this.grid.neighbour(step);
    if (!alert) return;
    this.chosen = alert.id;
    this.grid.choose(alert.id);
    if (this.detail.isOpen) this.#open(alert);
  }

  async #showAlert(id) {
    if (id === "") {
      this.#offEscape?.();
      this.#offEscape = null;
      if (this.detail.isOpen) this.detail.hide();
      return;
    }
    if (this.detail.alert?.id === id) return;
    let alert = [this.opened, ...this.grid.alerts].find((each) => each?.id === id);
    try {
      alert ??= (await get(`/alerts/${encodeURIComponent(id)}`)).alert;
    } catch (error) {
      fill(this.notice, problemNotice(error));
      return;
    }
    if (this.#state.alert !== id) return;
    this.#offEscape ??= onEscape(() => this.#close());
    this.chosen = id;
    this.grid.choose(id, { scroll: this.grid.alerts.includes(alert) });
    this.detail.show(alert);
  }
}
