// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Vulnerabilities: of which images, how bad, what mends them, and what is not known.
import { fill, h } from "../lib/dom.js";
import { get, isAbort, Latest } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { go, writeAddress } from "../lib/router.js";
import { ago, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, empty, problemNotice } from "../ui/pieces.js";

const EVERY_MS = 15000;
const MOST = 200;
const SEVERITIES = ["critical", "high", "medium", "low", "unknown"];

/** The worst first: what to rebuild first. */
const weight = (image) =>
  image.exploited * 1e9 + image.counts.critical * 1e6 + image.counts.high * 1e3 + image.counts.medium;

/** A link that runs nothing: only what is plainly on the web. */
const webLink = (address) => (/^https?:\/\//.test(address) ? address : null);

export class VulnerabilitiesPage {
  #latest = new Latest();
  #timer = 0;
  #params = new URLSearchParams();

  constructor(root) {
    document.title = `${t("nav.vulnerabilities")} · Jaga`;
    this.head = h("p", { "data-test": "vulnerabilities-head" });
    this.notice = h("div");
    this.images = h("div.card", h("div.card-body", bones(4)));
    this.findings = h("div");
    this.filters = h("form.searchbar", { role: "search", on: { submit: (event) => this.#search(event) } });
    fill(
      root,
      h("div.page-head", h("h1", t("nav.vulnerabilities")), this.head),
      this.notice,
      this.images,
      this.filters,
      this.findings,
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
    for (const name of ["image", "container", "package", "severity", "exploited", "fixable"]) {
      const value = Object.hasOwn(changes, name) ? changes[name] : this.#params.get(name);
      if (value) values[name] = value;
    }
    return writeAddress("vulnerabilities", [], values);
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
        const query = { limit: MOST };
        for (const [name, value] of this.#params) query[name] = value;
        const [state, found] = await Promise.all([
          get("/vulnerabilities/images", {}, { signal }),
          get("/vulnerabilities", query, { signal }),
        ]);
        await released();
        fill(this.notice, this.#gaps(state));
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
          { "data-test": "vulnerable-images" },
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
          h("a.outside", { href: this.#address({ container: name, image: "" }) }, oneLine(name, 60)),
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
    fill(
      this.findings,
      h("p.muted", t("vulnerabilities.shown", { shown: number(vulnerabilities.length), total: number(total) })),
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
    const link = webLink(each.reference);
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
        link
          ? h("a.outside", { href: link, target: "_blank", rel: "noopener noreferrer" }, oneLine(each.id, 60))
          : h("span.outside", oneLine(each.id, 60)),
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
      h("td.outside", oneLine(each.summary, 200)),
    );
  }
}
