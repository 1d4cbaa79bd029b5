// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Threat Hunting: search, figures, table and detail, live.
import { fill, h } from "../lib/dom.js";
import { Latest, get, isAbort } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { keyOf, withRecent } from "../lib/alerts.js";
import { onEscape, onKeys } from "../lib/keys.js";
import { released } from "../lib/pointer.js";
import { preference, setPreference } from "../lib/prefs.js";
import { withFilter } from "../lib/query.js";
import { go, note } from "../lib/router.js";
import { Refresher } from "../lib/refresher.js";
import { rescoped, scopeOf } from "../lib/scope.js";
import { parsed } from "../lib/stream.js";
import { endsNow } from "../lib/time.js";
import { drawChips } from "../ui/chips.js";
import { Detail } from "../ui/detail.js";
import { AlertGrid } from "../ui/grid.js";
import { announce, bones, problemNotice } from "../ui/pieces.js";
import { QueryBar } from "../ui/querybar.js";
import { Scope } from "../ui/scope.js";
import { TimePicker } from "../ui/timepicker.js";
import { layOut } from "./hunt-layout.js";
import { LiveButton, NewPill } from "./hunt-live.js";
import { HuntPanels } from "./hunt-panels.js";
import { askFigures, askRows } from "./hunt-requests.js";
import { isSameSearch, readState, recordPath, stateAddress, stateQuery } from "./hunt-state.js";
import { noAlerts, recordSwitch, resultTools } from "./hunt-tools.js";

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
      record: () => recordPath(this.#state),
    });
    this.picker = new TimePicker((from, to) => this.#go({ from, to }));
    this.scope = new Scope((scope) => this.#go({ filters: rescoped(this.#state.filters, scope) }));
    this.live = new LiveButton({
      toggled: (isOn) => this.#listen() && isOn && this.#load(),
      arrived: (items, missed) => this.#arrived(items, missed),
      opened: () => this.#streamStands(),
    });
    this.switch = recordSwitch((of) => this.#go({ of, alert: "" }));
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
    this.pill = new NewPill(() => this.#load());
    this.notice = h("div");
    this.tools = resultTools({
      state: () => this.#state,
      setColumns: (columns) => this.#setColumns(columns),
      showPanels: () => this.#showPanels(this.body.classList.contains("without-panels")),
    });
    Object.assign(this, layOut(root, this));
    this.#showPanels(preference("panels", innerWidth > 720));
    this.offKeys = onKeys({
      "/": () => this.bar.focus(),
      j: () => this.#step(1),
      k: () => this.#step(-1),
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Enter: () => this.#openChosen(),
      o: () => this.#openChosen(),
      t: () => this.picker.open(),
      l: () => this.live.toggle(),
      r: () => this.#load(),
    });
  }

  /** Takes over what the address says. */
  update({ params }) {
    const before = this.#state;
    this.#state = readState(params);
    this.bar.show(this.#state.q);
    this.switch.show(this.#state.of);
    this.tools.show(this.#state.of);
    this.panels.name(this.#state.of);
    this.picker.show(this.#state.from, this.#state.to);
    this.scope.show(scopeOf(this.#state.filters));
    drawChips(this.chips, this.#state.filters, (filters) => this.#go({ filters }));
    this.grid.setColumns(this.#state.columns, this.#state.sort);
    if (!before || !isSameSearch(before, this.#state)) {
      this.live.close();
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
    this.live.close();
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
    this.pill.clear();
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
    const { shift } = stateQuery(this.#state);
    const signal = this.#search.next();
    this.#isLoading = true;
    try {
      const answer = await askRows(this.#state, { limit }, signal);
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
    this.#refresher.asked();
    try {
      const buckets = innerWidth < 720 ? 40 : 80;
      const figures = await askFigures(this.#state, buckets, this.#figures.next());
      await released();
      await this.panels.show(figures);
      this.#total = figures.evolution.total;
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
    try {
      const more = { limit: PAGE * 2, cursor: this.#next, total: false };
      const answer = await askRows(this.#state, more, this.#search.next());
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
      const { alerts } = await get(recordPath(state), { limit: 1, total: false });
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
    const text = this.#state.of === "archives" ? "hunt.event_count" : "hunt.count";
    fill(this.count, t(text, { n: this.#total ?? 0 }), time);
  }

  // Live

  #listen() {
    if (this.#isStopped) return false;
    const { of, to } = this.#state;
    let obstacle = "";
    if (of === "archives") obstacle = t("live.archives");
    else if (!endsNow(to) || this.#isWrong) obstacle = t("live.past");
    this.live.listen(stateQuery(this.#state).parameters.q, obstacle);
    return true;
  }

  /** What came before the stream stood, or while it was away, is not in it. */
  #streamStands() {
    this.rowsWanted = true;
    this.#refresher.soon();
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
    if (isLooking || this.detail.isOpen || this.pill.count > 0) return this.#hold(count);
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
    this.pill.add(count);
    this.#showCount();
  }

  #refresh() {
    const wantsRows = this.rowsWanted && this.pill.count === 0 && !this.#isLoading && !this.detail.isOpen;
    if (wantsRows) this.rowsWanted = false;
    return Promise.all([this.#loadFigures(), wantsRows && this.#loadRows(PAGE)]);
  }

  // One alert

  #open(alert) {
    this.#state.alert = keyOf(alert);
    note(stateAddress(this.#state));
    this.opened = alert;
    this.#showAlert(keyOf(alert));
  }

  #openChosen() {
    const alert = this.grid.alerts.find((each) => keyOf(each) === this.chosen) ?? this.grid.neighbour(0);
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
    this.chosen = keyOf(alert);
    this.grid.choose(this.chosen);
    if (this.detail.isOpen) this.#open(alert);
  }

  async #showAlert(id) {
    if (id === "") {
      this.#offEscape?.();
      this.#offEscape = null;
      if (this.detail.isOpen) this.detail.hide();
      return;
    }
    if (this.detail.alert && keyOf(this.detail.alert) === id) return;
    let alert = [this.opened, ...this.grid.alerts].find((each) => each && keyOf(each) === id);
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
