// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Rules and decoders: search, and one of them as it stands in its file.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { Latest, get, isAbort } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { onKeys } from "../lib/keys.js";
import { go, writeAddress } from "../lib/router.js";
import { oneLine } from "../lib/visible.js";
import { xmlBlock } from "../ui/code.js";
import { ruleFacts } from "../ui/detail-why.js";
import { bones, empty, levelBadge, problemNotice } from "../ui/pieces.js";
import { reloadButton } from "./rules-reload.js";

const PAGE = 100;

export class RulesPage {
  #latest = new Latest();
  #one = new Latest();
  #state = null;
  #loaded = 0;
  #timer = 0;
  #shown = [];

  constructor(root, session) {
    document.title = `${t("nav.rules")} · Jaga`;
    const typed = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#go({ q: this.search.value.trim(), id: "" }, true), 200);
    };
    this.search = h("input.input", {
      type: "search",
      id: "rules-search",
      "data-test": "rules-search",
      placeholder: t("rules.search"),
      "aria-label": t("rules.search"),
      spellcheck: "false",
      on: { input: typed },
    });
    this.level = h(
      "select.input",
      {
        "aria-label": t("level"),
        "data-test": "rules-level",
        on: { change: () => this.#go({ level: this.level.value }) },
      },
      h("option", { value: "" }, t("rules.any_level")),
      Array.from({ length: 17 }, (_, at) => h("option", { value: String(at) }, `${t("level")} ${at}`)),
    );
    this.kind = h(
      "select.input",
      {
        "aria-label": t("rules.kind"),
        "data-test": "rules-kind",
        on: { change: () => this.#go({ kind: this.kind.value, id: "" }) },
      },
      h("option", { value: "" }, t("rules.rules")),
      h("option", { value: "decoders" }, t("rules.decoders")),
    );
    this.count = h("p", { "data-test": "rules-count" });
    this.chips = h("div.chips");
    this.list = h("div.card", h("div.card-body", bones(12)));
    this.pane = h("section.card.stick", { hidden: true, "aria-label": t("rule"), "data-test": "rule-pane" });
    this.split = h("div.split.single", this.list, this.pane);
    const notice = h("div.reload-notice");
    const head = h(
      "div.page-head",
      h("h1", t("nav.rules")),
      this.count,
      h("span.grow"),
      session.role === "administrator" && reloadButton(notice, () => this.#load()),
    );
    fill(
      root,
      head,
      notice,
      h(
        "form.searchbar",
        { role: "search", on: { submit: (event) => event.preventDefault() } },
        this.search,
        this.level,
        this.kind,
      ),
      this.chips,
      this.split,
    );
    this.offKeys = onKeys({
      "/": () => this.search.focus(),
      j: () => this.#step(1),
      k: () => this.#step(-1),
    });
  }

  update({ params }) {
    const before = this.#state;
    const state = Object.fromEntries(
      ["q", "level", "group", "file", "kind", "id"].map((key) => [key, params.get(key) ?? ""]),
    );
    this.#state = state;
    if (document.activeElement !== this.search) this.search.value = state.q;
    this.level.value = state.level;
    this.level.hidden = state.kind === "decoders";
    this.kind.value = state.kind;
    const same = before && ["q", "level", "group", "file", "kind"].every((key) => before[key] === state[key]);
    fill(
      this.chips,
      ["group", "file"]
        .filter((key) => state[key])
        .map((key) =>
          h(
            "span.chip",
            { "data-test": "chip" },
            h(
              "span.chip-text",
              h("span.chip-field", t(`rules.${key}`)),
              h("span.chip-value.outside", oneLine(state[key], 80)),
            ),
            h(
              "button.icon-button",
              {
                type: "button",
                "aria-label": t("filter.remove", { value: state[key] }),
                on: { click: () => this.#go({ [key]: "" }) },
              },
              icon("close"),
            ),
          ),
        ),
    );
    if (!same) this.#load();
    if (!same || before.id !== state.id) this.#show();
  }

  stop() {
    this.offKeys();
    clearTimeout(this.#timer);
    this.#latest.stop();
    this.#one.stop();
  }

  #go(change, replace = false) {
    go(writeAddress("rules", [], { ...this.#state, ...change }), { replace });
  }

  async #load(offset = 0) {
    const { q, level, group, file, kind } = this.#state;
    const isDecoders = kind === "decoders";
    try {
      const query = isDecoders ? { q, limit: PAGE, offset } : { q, level, group, file, limit: PAGE, offset };
      const answer = await get(isDecoders ? "/decoders" : "/rules", query, { signal: this.#latest.next() });
      const found = isDecoders ? answer.decoders : answer.rules;
      this.count.textContent = t(isDecoders ? "rules.decoder_count" : "rules.count", { n: answer.total });
      this.#loaded = offset + found.length;
      this.#shown = offset === 0 ? found : [...this.#shown, ...found];
      this.#draw(answer.total);
    } catch (error) {
      if (!isAbort(error)) {
        fill(
          this.list,
          problemNotice(error, () => this.#load(offset)),
        );
      }
    }
  }

  #draw(total) {
    if (this.#shown.length === 0) {
      return fill(this.list, empty("rules", t("rules.none"), t("rules.none_text")));
    }
    const isDecoders = this.#state.kind === "decoders";
    const heads = isDecoders ? ["name", "parent", "place"] : ["level", "id", "description", "fired", "place"];
    const rows = this.#shown.map((each) => (isDecoders ? this.#decoderRow(each) : this.#ruleRow(each)));
    return fill(
      this.list,
      h(
        "div.table-scroll.card-body",
        h(
          "table.table",
          h(
            "thead",
            h(
              "tr",
              heads.map((name) =>
                h(
                  "th",
                  { scope: "col", class: { fired: "end hide-small", place: "place hide-small" }[name] },
                  t(`rules.${name}`),
                ),
              ),
            ),
          ),
          h("tbody", rows),
        ),
      ),
      this.#loaded < total &&
        h(
          "div.grid-note",
          h(
            "button.button.small",
            { type: "button", on: { click: () => this.#load(this.#loaded) } },
            t("rules.load_more"),
          ),
        ),
    );
  }

  #ruleRow(rule) {
    return h(
      "tr",
      {
        "data-test": "rule-row",
        "data-id": String(rule.id),
        class: String(rule.id) === this.#state.id ? "is-chosen" : "",
      },
      h("td", levelBadge(rule.level)),
      h(
        "td",
        h(
          "a.strong",
          { href: writeAddress("rules", [], { ...this.#state, id: String(rule.id) }) },
          String(rule.id),
        ),
      ),
      h("td.outside", oneLine(rule.description, 240)),
      h("td.end.muted.hide-small", rule.firedtimes > 0 ? number(rule.firedtimes) : ""),
      placeCell(rule),
    );
  }

  #decoderRow(decoder) {
    return h(
      "tr",
      { "data-test": "decoder-row", class: decoder.name === this.#state.id ? "is-chosen" : "" },
      h(
        "td",
        h(
          "a.strong.outside",
          { href: writeAddress("rules", [], { ...this.#state, id: decoder.name }) },
          oneLine(decoder.name, 80),
        ),
      ),
      h("td.muted.outside", decoder.parent ?? ""),
      placeCell(decoder),
    );
  }

  #step(step) {
    const key = this.#state.kind === "decoders" ? "name" : "id";
    const at = this.#shown.findIndex((each) => String(each[key]) === this.#state.id);
    const next = this.#shown[Math.min(Math.max(at + step, 0), this.#shown.length - 1)];
    if (next) this.#go({ id: String(next[key]) }, true);
  }

  async #show() {
    const { id, kind } = this.#state;
    this.pane.hidden = id === "";
    this.split.classList.toggle("single", id === "");
    for (const row of this.list.querySelectorAll("tr[data-id]")) {
      row.classList.toggle("is-chosen", row.dataset.id === id);
    }
    if (id === "") return;
    try {
      const signal = this.#one.next();
      const body =
        kind === "decoders"
          ? decoderView(await get(`/decoders/${encodeURIComponent(id)}`, {}, { signal }))
          : ruleView(await get(`/rules/${encodeURIComponent(id)}`, {}, { signal }));
      fill(
        this.pane,
        h(
          "div.card-head",
          h("h2.grow", t(kind === "decoders" ? "rules.decoders" : "rule")),
          iconButton("close", t("close"), () => this.#go({ id: "" })),
        ),
        h("div.card-body", body),
      );
      // Below the list on small screens, it must come in sight.
      if (innerWidth <= 1100) this.pane.scrollIntoView({ block: "start" });
    } catch (error) {
      if (!isAbort(error)) fill(this.pane, problemNotice(error));
    }
  }
}

/** File and line; the folder is in the pane and the title. */
function placeCell({ file, line }) {
  return h(
    "td.place.mono.muted.nowrap.hide-small.outside",
    { title: oneLine(`${file}:${line}`, 300) },
    oneLine(`${file.slice(file.lastIndexOf("/") + 1)}:${line}`, 80),
  );
}

function ruleView(rule) {
  const family = (key, ids) =>
    ids?.length > 0 &&
    h(
      "section.section",
      h("h3", t(key)),
      h(
        "div.detail-facts",
        ids.map((id) => h("a.tag", { href: writeAddress("rules", [], { id: String(id) }) }, String(id))),
      ),
    );
  return [
    h("section.section", { "data-test": "rule-view" }, ruleFacts(rule), xmlBlock(rule.xml)),
    family("rules.parents", rule.parents),
    family("rules.children", rule.children),
    h(
      "p.section",
      h(
        "a.button.small",
        { href: writeAddress("hunt", [], { filters: [`+rule.id:${rule.id}`] }) },
        icon("hunt"),
        t("rules.alerts"),
      ),
    ),
  ];
}

function decoderView({ decoders }) {
  return decoders.map((each) =>
    h(
      "section.section",
      h(
        "h3",
        h("span.outside", oneLine(each.name, 80)),
        h("span.end.mono.outside", `${each.file}:${each.line}`),
      ),
      xmlBlock(each.xml),
    ),
  );
}
