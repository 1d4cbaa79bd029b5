// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Vulnerabilities: of which images, how bad, what mends them, and what is not known.
import { fill, h } from "../lib/dom.js";
import { address, get, isAbort, Latest } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { go, writeAddress } from "../lib/router.js";
import { ago, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, empty, problemNotice } from "../ui/pieces.js";

const EVERY_MS = 15000;
const PAGE = 100;
const SEVERITIES = ["critical", "high", "medium", "low", "unknown"];

const weigh = (counts, exploited) => exploited * 1e9 + counts.critical * 1e6 + counts.high * 1e3 + counts.medium;
/** The worst first. */
const weight = (image) => weigh(image.counts, image.exploited);
/** What a rebuild mends, counted double where the image runs: what to rebuild first. */
const gain = (image) =>
  weigh(image.fixable_counts, image.fixable_counts.exploited) * (image.containers.length > 0 ? 2 : 1);

/** The vulnerabilities of a container, on this page. */
export const vulnerabilitiesOf = (container) => writeAddress("vulnerabilities", [], { container });

/** Counts with their severities, the worst first; nothing for what there is none of. */
export const countTags = (counts) =>
  SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    h(
      "span.level.severity",
      { class: severity, title: t(`vulnerabilities.${severity}`) },
      number(counts[severity]),
      h("span.unseen", ` ${t(`vulnerabilities.${severity}`)}`),
    ),
  );

export class VulnerabilitiesPage {
  #latest = new Latest();
  #timer = 0;
  #params = new URLSearchParams();

  constructor(root) {
    document.title = `${t("nav.vulnerabilities")} · Jaga`;
    this.head = h("p", { "data-test": "vulnerabilities-head" });
    this.notice = h("div");
    this.trend = h("div.card", { hidden: true, "data-test": "vulnerability-trend" });
    this.first = h("div.card", { hidden: true, "data-test": "rebuild-first" });
    this.images = h("div.card", h("div.card-body", bones(4)));
    this.findings = h("div");
    this.filters = h("form.searchbar", { role: "search", on: { submit: (event) => this.#search(event) } });
    fill(
      root,
      h("div.page-head", h("h1", t("nav.vulnerabilities")), this.head),
      h(
        "div.stack.inside-page",
        this.notice,
        h("div.inside-columns", this.first, this.trend),
        this.images,
        this.filters,
        this.findings,
      ),
    );
  }

  update({ params }) {
    this.#params = params;
    this.#drawFilters();
    this.#load();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#latest.stop();
  }

  #address(changes) {
    const values = {};
    if (changes.from > 0) values.from = String(changes.from);
    for (const name of ["image", "container", "package", "severity", "exploited", "fixable"]) {
      const value = Object.hasOwn(changes, name) ? changes[name] : this.#params.get(name);
      if (value) values[name] = value;
    }
    return writeAddress("vulnerabilities", [], values);
  }

  #exportAddress() {
    const query = Object.fromEntries(this.#params);
    delete query.from;
    return address("/vulnerabilities/export", query);
  }

  #search(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    const changes = {};
    for (const name of ["image", "container", "package", "severity", "exploited", "fixable"]) {
      changes[name] = data.get(name) ?? "";
    }
    go(this.#address(changes));
  }

  #drawFilters() {
    const text = (name) =>
      h(
        "label.field",
        h("span", t(`vulnerabilities.${name}`)),
        h("input.input", {
          name,
          value: this.#params.get(name) ?? "",
          spellcheck: "false",
          "data-test": `vulnerabilities-${name}`,
        }),
      );
    const flag = (name) =>
      h(
        "label.field",
        h("span", t(`vulnerabilities.${name}`)),
        h("input", { type: "checkbox", name, value: "true", checked: this.#params.get(name) === "true" }),
      );
    fill(
      this.filters,
      text("image"),
      text("container"),
      text("package"),
      h(
        "label.field",
        h("span", t("vulnerabilities.severity")),
        h(
          "select.input",
          { name: "severity" },
          ["", ...SEVERITIES.slice(0, 4)].map((each) =>
            h(
              "option",
              { value: each, selected: each === (this.#params.get("severity") ?? "") },
              each === "" ? t("vulnerabilities.all") : t(`vulnerabilities.${each}`),
            ),
          ),
        ),
      ),
      flag("exploited"),
      flag("fixable"),
      h("label.field", h("span", " "), h("button.button.primary", { type: "submit" }, t("vulnerabilities.show"))),
    );
  }

  async #load() {
    clearTimeout(this.#timer);
    try {
      if (!document.hidden) {
        const signal = this.#latest.next();
        const query = { limit: PAGE };
        for (const [name, value] of this.#params) query[name === "from" ? "offset" : name] = value;
        const [state, found] = await Promise.all([
          get("/vulnerabilities/images", {}, { signal }),
          get("/vulnerabilities", query, { signal }),
        ]);
        await released();
        fill(this.notice, this.#gaps(state));
        this.#drawFirst(state);
        this.#drawTrend(state);
        this.#drawImages(state);
        this.#drawFindings(found);
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

  /** What keeps an empty page from meaning that all is well. */
  #gaps(state) {
    const lines = [];
    if (state.mode === "off") lines.push(t("vulnerabilities.off"));
    else if (state.advisories_ms === null) lines.push(t("vulnerabilities.no_advisories"));
    if (state.trouble) lines.push(oneLine(state.trouble, 300));
    if (state.waiting > 0) lines.push(t("vulnerabilities.waiting", { count: number(state.waiting) }));
    for (const image of state.images) {
      for (const gap of image.gaps.slice(0, 5)) lines.push(`${oneLine(image.name, 80)}: ${oneLine(gap, 200)}`);
    }
    if (lines.length === 0) return null;
    return h(
      "div.notice.warn",
      { "data-test": "vulnerabilities-gaps" },
      h(
        "div.grow",
        lines.slice(0, 12).map((line) => h("p.outside", line)),
      ),
    );
  }

  /** At most three images of which a rebuild mends most. */
  #drawFirst(state) {
    const images = state.images
      .filter((image) => gain(image) > 0)
      .sort((a, b) => gain(b) - gain(a) || (a.name < b.name ? -1 : 1))
      .slice(0, 3);
    this.first.hidden = images.length === 0;
    fill(
      this.first,
      h("div.card-head", h("h2", t("vulnerabilities.rebuild_first"))),
      h(
        "ol.card-body.stack.rebuild",
        images.map((image) =>
          h(
            "li",
            { "data-test": "rebuild" },
            h("a.strong.outside", { href: this.#address({ image: image.name, fixable: "true", container: "" }) }, oneLine(image.name, 80)),
            " ",
            countTags(image.fixable_counts),
            h(
              "div.muted",
              t("vulnerabilities.mends", { n: image.fixable }),
              image.fixable_counts.exploited > 0 && [
                " · ",
                h("b.worst", t("vulnerabilities.mends_exploited", { n: image.fixable_counts.exploited })),
              ],
              image.containers.length > 0 && [" · ", t("vulnerabilities.runs_in", { n: image.containers.length })],
            ),
          ),
        ),
      ),
    );
  }

  /** Days as stacked bars, and in words for those who do not see them. */
  #drawTrend({ trend }) {
    const days = trend.slice(-60);
    this.trend.hidden = days.length < 2;
    if (this.trend.hidden) return;
    const total = (day) => SEVERITIES.reduce((sum, severity) => sum + day[severity], 0);
    const most = Math.max(1, ...days.map(total));
    const [first, last] = [days[0], days.at(-1)];
    const said = (day) =>
      `${day.day}: ${SEVERITIES.map((severity) => `${number(day[severity])} ${t(`vulnerabilities.${severity}`)}`).join(", ")}`;
    fill(
      this.trend,
      h("div.card-head", h("h2", t("vulnerabilities.trend")), h("span.muted", `${first.day} – ${last.day}`)),
      h(
        "div.card-body",
        h(
          "div.trend",
          { role: "img", "aria-label": t("vulnerabilities.trend_words", { before: said(first), after: said(last) }) },
          days.map((day) => {
            const bar = h("span.trend-day", { title: said(day) });
            for (const severity of SEVERITIES) {
              const part = h("span", { class: `trend-${severity}` });
              part.style.height = `${(100 * day[severity]) / most}%`;
              bar.prepend(part);
            }
            return bar;
          }),
        ),
      ),
    );
  }

  #drawImages(state) {
    const age = state.advisories_ms
      ? h("span", { title: fullTime(state.advisories_ms) }, t("vulnerabilities.as_of", { when: ago(state.advisories_ms) }))
      : t("vulnerabilities.no_advisories_short");
    fill(this.head, t("vulnerabilities.count", { images: number(state.images.length) }), " · ", age);
    if (state.images.length === 0) {
      fill(this.images, empty("warn", t("vulnerabilities.none"), t("vulnerabilities.none_text"), h("pre", "jaga scan --running")));
      return;
    }
    const heads = ["image", "containers", "exploited", ...SEVERITIES, "fixable", "seen"];
    const images = [...state.images].sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
    fill(
      this.images,
      h(
        "div.table-scroll",
        h(
          "table.table",
          { class: "inside-images", "data-test": "vulnerable-images" },
          h(
            "thead",
            h(
              "tr",
              heads.map((name) => h("th", { scope: "col" }, t(`vulnerabilities.${name}`))),
            ),
          ),
          h(
            "tbody",
            images.map((image) => this.#imageRow(image)),
          ),
        ),
      ),
    );
  }

  #imageRow(image) {
    return h(
      "tr",
      { "data-test": "vulnerable-image", "data-name": oneLine(image.name, 120) },
      h(
        "td",
        h("a.strong.outside", { href: this.#address({ image: image.name }) }, oneLine(image.name, 80)),
        h("div.muted.outside", oneLine(image.system, 60), " · ", t("vulnerabilities.packages", { count: number(image.packages) })),
      ),
      h(
        "td",
        image.containers.slice(0, 8).map((name) => [
          h("a.outside", { href: writeAddress("containers", [name]) }, oneLine(name, 60)),
          " ",
        ]),
      ),
      h("td", image.exploited > 0 ? h("span.level.critical", number(image.exploited)) : "–"),
      SEVERITIES.map((severity) =>
        h("td", image.counts[severity] > 0 ? h("span.level", { class: severity }, number(image.counts[severity])) : "–"),
      ),
      h("td", number(image.fixable)),
      h("td.nowrap", h("span", { title: fullTime(image.time_ms) }, ago(image.time_ms))),
    );
  }

  #drawFindings({ total, vulnerabilities }) {
    if (total === 0) {
      fill(this.findings, h("p.muted", { "data-test": "no-findings" }, t("vulnerabilities.no_match")));
      return;
    }
    const heads = ["severity", "id", "package", "version", "fixed", "image", "what"];
    const from = Number(this.#params.get("from")) || 0;
    fill(
      this.findings,
      h(
        "div.pager",
        h(
          "span.muted",
          { "data-test": "vulnerabilities-shown" },
          t("vulnerabilities.shown", {
            first: number(from + 1),
            last: number(from + vulnerabilities.length),
            total: number(total),
          }),
        ),
        from > 0 &&
          h(
            "a.button.small",
            { href: this.#address({ from: Math.max(0, from - PAGE) }), "data-test": "vulnerabilities-before" },
            t("vulnerabilities.before"),
          ),
        from + vulnerabilities.length < total &&
          h(
            "a.button.small",
            { href: this.#address({ from: from + PAGE }), "data-test": "vulnerabilities-after" },
            t("vulnerabilities.after"),
          ),
        h(
          "a.button.small",
          { href: this.#exportAddress(), download: "jaga-vulnerabilities.csv", "data-test": "vulnerabilities-csv" },
          t("vulnerabilities.csv"),
        ),
      ),
      h(
        "div.card.table-scroll",
        h(
          "table.table",
          { "data-test": "vulnerabilities" },
          h(
            "thead",
            h(
              "tr",
              heads.map((name) => h("th", { scope: "col" }, t(`vulnerabilities.${name}`))),
            ),
          ),
          h(
            "tbody",
            vulnerabilities.map((each) => this.#findingRow(each)),
          ),
        ),
      ),
    );
  }

  #findingRow(each) {
    const severity = SEVERITIES.includes(each.severity) ? each.severity : "unknown";
    return h(
      "tr",
      { "data-test": "vulnerability" },
      h(
        "td.nowrap",
        h("span.level", { class: severity }, t(`vulnerabilities.${severity}`)),
        each.exploited && h("div", h("span.level.critical", t("vulnerabilities.exploited"))),
      ),
      h(
        "td.nowrap",
        h("span.outside", oneLine(each.id, 60)),
        each.score !== null && h("div.muted", number(each.score)),
      ),
      h(
        "td",
        h("a.outside", { href: this.#address({ package: each.package }) }, oneLine(each.package, 80)),
        h("div.muted.outside", oneLine(each.path, 120)),
      ),
      h("td.mono.outside", oneLine(each.version, 60)),
      h("td.mono.outside", oneLine(each.fixed ?? "–", 60)),
      h("td.outside", oneLine(each.image, 80)),
      h(
        "td",
        h("span.outside", oneLine(each.summary, 200)),
        // Written out: the pages link to nothing that is not theirs.
        each.reference && h("div.faint.outside", oneLine(each.reference, 200)),
      ),
    );
  }
}
