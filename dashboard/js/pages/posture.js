// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Posture: how containers are run, what the benchmark says, and how to mend each.
import { fill, h, icon } from "../lib/dom.js";
import { get, isAbort, Latest, request } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { note, writeAddress } from "../lib/router.js";
import { ago, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, empty, problemNotice, stateClass, tabList, toast } from "../ui/pieces.js";

const EVERY_MS = 10_000;
const MOST = 500;
export const SEVERITIES = ["critical", "high", "medium", "low"];
const SECTIONS = ["host", "daemon", "files", "images", "runtime", "operations", "swarm"];
const VERDICTS = ["failed", "manual", "passed", "not applicable"];

/** What is wrong with a container, on this page. */
export const postureOf = (name) => writeAddress("posture", [], { container: name });

const bandOfSeverity = (severity) => (SEVERITIES.includes(severity) ? severity : "low");

/** A severity in the colour of its band. */
export const severityTag = (severity) =>
  h("span.level.severity", { class: bandOfSeverity(severity) }, t(`posture.${bandOfSeverity(severity)}`));

/** A score, from 0 to 100, with its bar. */
export function scoreBar(score) {
  const share = h("span.share", { class: score < 50 ? "critical" : score < 75 ? "high" : score < 90 ? "medium" : "good" });
  share.style.width = `${Math.max(0, Math.min(100, score))}%`;
  return h("span.score", h("b", number(score)), h("span.score-bar", { "aria-hidden": "true" }, share));
}

export class PosturePage {
  #latest = new Latest();
  #timer = 0;
  #overview = null;
  #audit = null;
  #tab = "containers";
  #container = "";
  #open = new Set();

  constructor(root, session) {
    document.title = `${t("nav.posture")} · Jaga`;
    this.isAdministrator = session.role === "administrator";
    this.notice = h("div");
    this.figures = h("div.tiles", { "data-test": "posture-figures" });
    this.search = h("input.input", {
      type: "search",
      placeholder: t("posture.search"),
      "aria-label": t("posture.search"),
      "data-test": "posture-search",
      spellcheck: "false",
      on: { input: () => this.#drawList() },
    });
    this.verdict = h(
      "select.input",
      { "aria-label": t("posture.result"), "data-test": "posture-result", on: { change: () => this.#drawList() } },
      VERDICTS.map((each) => h("option", { value: each }, t(`posture.is_${each.replace(" ", "_")}`))),
      h("option", { value: "" }, t("posture.every_result")),
    );
    this.tabs = h("div.posture-tabs");
    this.list = h("div", { id: "tab-panel", role: "tabpanel" }, h("div.card", h("div.card-body", bones(6))));
    this.runButton = h(
      "button.button",
      { type: "button", "data-test": "posture-run", on: { click: () => this.#run() } },
      t("posture.run"),
    );
    fill(
      root,
      h(
        "div.page-head",
        h("h1", t("nav.posture")),
        h("span.grow"),
        this.isAdministrator && this.runButton,
      ),
      this.notice,
      this.figures,
      this.tabs,
      h("form.searchbar", { role: "search", on: { submit: (event) => event.preventDefault() } }, this.search, this.verdict),
      this.list,
    );
  }

  update({ parts, params }) {
    this.#tab = parts[0] === "benchmark" ? "benchmark" : "containers";
    this.#container = params.get("container") ?? "";
    if (this.#container !== "") {
      this.search.value = this.#container;
      this.#open.add(this.#container);
    }
    this.#drawTabs();
    this.#drawList();
    this.#load();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#latest.stop();
  }

  #drawTabs() {
    const names = ["containers", "benchmark"].map((name) => [name, t(`posture.${name}`)]);
    fill(
      this.tabs,
      tabList(t("nav.posture"), names, this.#tab, (name) => {
        this.#tab = name;
        note(writeAddress("posture", name === "benchmark" ? ["benchmark"] : []));
        this.#drawList();
      }),
    );
  }

  async #run() {
    this.runButton.disabled = true;
    try {
      await request("POST", "/posture/audit");
      toast(t("posture.ran"));
      this.#load();
    } catch (error) {
      fill(this.notice, problemNotice(error));
    }
    this.runButton.disabled = false;
  }

  async #load() {
    clearTimeout(this.#timer);
    const signal = this.#latest.next();
    try {
      if (!document.hidden) {
        const overview = await get("/posture", {}, { signal });
        const audit = overview.audit.time_ms ? await get("/posture/audit", {}, { signal }) : null;
        await released();
        const isSame = JSON.stringify([overview, audit]) === JSON.stringify([this.#overview, this.#audit]);
        this.#overview = overview;
        this.#audit = audit;
        this.#drawFigures();
        // What is marked or focused in the list stays as long as nothing is new.
        if (!isSame) this.#drawList();
        fill(this.notice);
      }
    } catch (error) {
      if (isAbort(error)) return;
      fill(
        this.notice,
        problemNotice(error, () => this.#load()),
      );
    }
    this.#timer = setTimeout(() => this.#load(), EVERY_MS);
  }

  #drawFigures() {
    const { figures, audit } = this.#overview;
    const tile = (name, value, text) =>
      h("div.card.tile", h("div.label", t(`posture.${name}`)), h("div.kpi-value", value), h("p", text));
    const change = audit.previous_score === undefined ? "" : audit.score - audit.previous_score;
    const signed = change > 0 ? `+${number(change)}` : number(change);
    fill(
      this.figures,
      tile(
        "container_score",
        figures.score === undefined ? "–" : number(figures.score),
        t("posture.clean", { n: figures.clean }),
      ),
      tile(
        "worst",
        number(figures.critical + figures.high),
        t("posture.counts", { critical: figures.critical, high: figures.high }),
      ),
      tile(
        "others",
        number(figures.medium + figures.low),
        t("posture.ignored", { n: figures.ignored }),
      ),
      tile(
        "benchmark",
        audit.score === undefined ? "–" : [number(audit.score), change !== "" && change !== 0 && ` (${signed})`],
        audit.score === undefined
          ? (audit.failure ?? t("posture.not_run"))
          : [
              t("posture.failed", { n: audit.failed }),
              " · ",
              h("span", { title: fullTime(audit.time_ms) }, ago(audit.time_ms)),
            ],
      ),
    );
  }

  #drawList() {
    this.verdict.hidden = this.#tab !== "benchmark";
    if (!this.#overview) return;
    const wanted = this.search.value.trim().toLowerCase();
    if (this.#tab === "benchmark") this.#drawBenchmark(wanted);
    else this.#drawContainers(wanted);
  }

  // Containers

  #drawContainers(wanted) {
    const all = this.#overview.containers;
    const found = all.filter((each) =>
      [each.name, each.image, each.id, each.state, ...each.findings.flatMap((one) => [one.id, one.severity])].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    );
    if (found.length === 0) {
      fill(
        this.list,
        h(
          "div.card",
          all.length === 0
            ? empty("box", t("posture.none"), t("posture.none_text"))
            : empty("hunt", t("posture.no_match"), ""),
        ),
      );
      return;
    }
    fill(this.list, h("div.stack", found.slice(0, MOST).map((each) => this.#containerCard(each))));
  }

  #containerCard(container) {
    const name = container.name || container.id.slice(0, 12);
    const key = container.name;
    const body = h(
      "div.card-body.stack",
      { hidden: !this.#open.has(key) },
      container.findings.map(findingRow),
      container.ignored.length > 0 && [
        h("h3.muted", t("posture.ignored_title")),
        container.ignored.map(findingRow),
      ],
    );
    const toggle = this.#toggle(key, body, container.findings.length + container.ignored.length === 0);
    const counts = SEVERITIES.map((severity) => [
      severity,
      container.findings.filter((each) => each.severity === severity).length,
    ]).filter(([, count]) => count > 0);
    return h(
      "section.card",
      { "data-test": "posture-container", "data-name": oneLine(name, 120), "aria-label": oneLine(name, 120) },
      h(
        "div.card-head.posture-head",
        toggle,
        h("span.dot", { class: stateClass(container.state), title: oneLine(container.state, 30) }),
        h("a.strong.outside", { href: writeAddress("containers", [name]) }, oneLine(name, 80)),
        h("span.muted.outside.cut", oneLine(container.image, 100)),
        h("span.grow"),
        counts.map(([severity, count]) =>
          h("span.level.severity", { class: severity, title: t(`posture.${severity}`) }, number(count)),
        ),
        counts.length === 0 && h("span.muted", t("posture.all_right")),
        scoreBar(container.score),
      ),
      body,
    );
  }

  #toggle(key, body, isEmpty) {
    const button = h(
      "button.icon-button.turn",
      {
        type: "button",
        "aria-expanded": String(this.#open.has(key)),
        "aria-label": t("posture.details"),
        "data-test": "posture-open",
        disabled: isEmpty,
        on: {
          click: () => {
            if (!this.#open.delete(key)) this.#open.add(key);
            body.hidden = !this.#open.has(key);
            button.setAttribute("aria-expanded", String(this.#open.has(key)));
          },
        },
      },
      icon("right"),
    );
    return button;
  }

  // Benchmark

  #drawBenchmark(wanted) {
    if (!this.#audit) {
      fill(this.list, h("div.card", empty("check", t("posture.not_run"), t("posture.not_run_text"))));
      return;
    }
    const verdict = this.verdict.value;
    const found = this.#audit.results
      .filter((each) => verdict === "" || each.result === verdict)
      .filter((each) =>
        [each.id, each.title, each.reason, ...each.subjects].some((text) => text.toLowerCase().includes(wanted)),
      );
    const changed = new Set(this.#audit.changes.map((each) => each.id));
    const sections = SECTIONS.map((name) => [name, found.filter((each) => each.section === name)]).filter(
      ([, checks]) => checks.length > 0,
    );
    if (sections.length === 0) {
      fill(this.list, h("div.card", empty("check", t("posture.no_check"), "")));
      return;
    }
    fill(
      this.list,
      h(
        "div.stack",
        sections.map(([name, checks]) =>
          h(
            "section.card",
            { "aria-label": t(`posture.section_${name}`) },
            h("div.card-head", h("h2", t(`posture.section_${name}`)), h("span.muted", number(checks.length))),
            h(
              "div.card-body.stack",
              checks.map((check) => checkRow(check, changed.has(check.id))),
            ),
          ),
        ),
      ),
    );
  }
}

/** A finding with its reason and how to mend it. */
export function findingRow(finding) {
  return h(
    "div.posture-row",
    { "data-test": "posture-finding", "data-name": finding.id },
    severityTag(finding.severity),
    h(
      "div",
      h("b", finding.title),
      finding.subjects.length > 0 && [" ", h("span.code.outside", oneLine(finding.subjects.join(", "), 600))],
      h("p.muted", finding.why, "."),
      h("p", t("posture.mend"), " ", finding.remedy, "."),
      h("p.faint", h("span.code", finding.id), " · ", t("posture.points", { n: finding.points })),
    ),
  );
}

function checkRow(check, isChanged) {
  const more = check.moreSubjects > 0 ? ` … ${t("more", { n: check.moreSubjects })}` : "";
  const word = VERDICTS.includes(check.result) ? check.result.replace(" ", "_") : "manual";
  return h(
    "div.posture-row",
    { "data-test": "posture-check", "data-name": check.id },
    h("span.code.check-id", check.id),
    h(
      "div",
      h("b", check.title),
      " ",
      h("span.tag", { class: `verdict-${word}` }, t(`posture.is_${word}`)),
      isChanged && h("span.tag", t("posture.changed")),
      h("p.muted.outside", oneLine(check.reason, 600), "."),
      check.subjects.length > 0 && h("p.code.outside", oneLine(check.subjects.join(", "), 1200), more),
      check.result === "failed" && h("p", t("posture.mend"), " ", check.remedy, "."),
    ),
  );
}
