// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Responses: what stands and its undoing, what has ended, and what alerts lead to.
import { fill, h } from "../lib/dom.js";
import { get, mayAct } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { targetName } from "../lib/responses.js";
import { writeAddress } from "../lib/router.js";
import { ago, fullTime, stretch } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, empty } from "../ui/pieces.js";
import { Poll } from "../ui/poll.js";
import { alertAddress, askUndo } from "../ui/respond.js";

const DOTS = { standing: "paused", begun: "starting", undoing: "restarting", failed: "dead" };
const STATES = ["standing", "begun", "undoing", "undone", "failed", "finished", "aborted"];

export class ResponsesPage {
  #poll;

  constructor(root) {
    document.title = `${t("nav.responses")} · Jaga`;
    this.head = h("p", { "data-test": "responses-head" });
    const notice = h("div");
    this.#poll = new Poll(notice, (signal) => this.#load(signal));
    this.standing = h("div.card-body", bones(3));
    this.ended = h("div.card-body", bones(3));
    this.settings = h("div.card-body", bones(2));
    const card = (key, body) =>
      h("section.card", { "aria-label": t(key) }, h("div.card-head", h("h2", t(key))), body);
    fill(
      root,
      h("div.page-head", h("h1", t("nav.responses")), this.head),
      notice,
      h(
        "div.stack",
        card("responses.standing", this.standing),
        card("responses.ended", this.ended),
        card("responses.settings", this.settings),
      ),
    );
  }

  update() {
    this.#poll.start();
  }

  stop() {
    this.#poll.stop();
  }

  async #load(signal) {
    const found = await get("/responses", {}, { signal });
    await released();
    this.#draw(found);
  }

  #draw({ acts, standing, enabled, responses }) {
    this.head.textContent = enabled
      ? t("responses.count", { n: standing })
      : t("responses.disabled");
    const stands = acts.filter((each) => each.ended_ms === null);
    const ended = acts.filter((each) => each.ended_ms !== null);
    fill(
      this.standing,
      stands.length === 0
        ? empty("responses", t("responses.none"), t("responses.none_text"))
        : this.#table("responses-standing", stands, true),
    );
    fill(
      this.ended,
      ended.length === 0
        ? h("p.muted", t("responses.none_ended"))
        : this.#table("responses-ended", ended, false),
    );
    fill(this.settings, this.#settings(responses));
  }

  #table(name, acts, isStanding) {
    const heads = ["state", "act", "target", "since", isStanding ? "until" : "end", "why", "result"];
    return h(
      "div.table-scroll",
      h(
        "table.table",
        { "data-test": name },
        h(
          "thead",
          h(
            "tr",
            heads.map((head) => h("th", { scope: "col" }, t(`responses.${head}`))),
            isStanding && h("th"),
          ),
        ),
        h(
          "tbody",
          acts.map((each) => this.#row(each, isStanding)),
        ),
      ),
    );
  }

  #row(act, isStanding) {
    const word = act.state === "standing" ? "stands" : act.state;
    const state = STATES.includes(act.state) ? t(`responses.${word}`) : oneLine(act.state, 20);
    const name = oneLine(targetName(act.target), 80);
    const end = isStanding ? act.expires_ms : act.ended_ms;
    return h(
      "tr",
      { "data-test": "response-row", "data-id": String(act.id), "data-state": oneLine(act.state, 20) },
      h("td.nowrap", h("span.state-text", h("span.dot", { class: DOTS[act.state] ?? "ended" }), state)),
      h("td.nowrap", h("span.outside", oneLine(act.command, 40)), h("div.muted", `#${act.id}`)),
      h("td", this.#target(act, name)),
      h("td.nowrap", h("span", { title: fullTime(act.begun_ms) }, ago(act.begun_ms))),
      h(
        "td.nowrap",
        end === null
          ? h("span.muted", t("responses.no_end"))
          : h("span", { title: fullTime(end) }, isStanding ? this.#left(end) : ago(end)),
      ),
      h("td", this.#why(act)),
      h("td.outside", oneLine(act.detail, 200)),
      isStanding &&
        h(
          "td.end.nowrap",
          mayAct() &&
            act.can_be_undone &&
            h(
              "button.button.small",
              {
                type: "button",
                "data-test": "response-undo",
                on: { click: () => askUndo(act, name, () => this.#poll.start()) },
              },
              t("respond.undo"),
            ),
        ),
    );
  }

  #left(end) {
    const left = end - Date.now();
    return left > 0 ? t("responses.left", { time: stretch(left) }) : t("responses.due");
  }

  #target(act, name) {
    const { target } = act;
    const isHere = target.kind === "container" && target.name !== "" && act.agent === "000";
    return [
      isHere
        ? h("a.strong.outside", { href: writeAddress("containers", [target.name]) }, name)
        : h("span.strong.outside", name),
      h(
        "div.muted.outside",
        target.kind === "container" ? `${oneLine(target.image, 60)} ${target.id.slice(0, 12)}` : "",
        act.agent === "000" ? "" : ` ${t("agents.agent")} ${oneLine(act.agent, 20)}`,
      ),
    ];
  }

  /** Who or what began it, and who ended it. */
  #why(act) {
    const rule = act.rule && t("responses.rule", { id: oneLine(act.rule, 12) });
    return [
      act.alert
        ? h("a", { href: alertAddress(act.alert), "data-test": "response-alert" }, rule ?? t("responses.alert"))
        : (rule ?? ""),
      act.by !== "rule" && h("div.muted.outside", oneLine(act.by, 80)),
      act.undone_by && h("div.muted.outside", t("responses.undone_by", { who: oneLine(act.undone_by, 80) })),
    ];
  }

  #settings(responses) {
    if (responses.length === 0) return h("p.muted", t("responses.no_settings"));
    const when = (each) =>
      [
        each.level !== null && t("responses.level", { n: each.level }),
        each.groups !== "" && t("responses.groups", { groups: oneLine(each.groups, 80) }),
        each.rules.length > 0 && t("responses.rules", { ids: oneLine(each.rules.join(", "), 120) }),
      ]
        .filter(Boolean)
        .join(" · ");
    const heads = ["act", "when", "where", "time", "mode"];
    return h(
      "div.table-scroll",
      h(
        "table.table",
        { "data-test": "responses-settings" },
        h("thead", h("tr", heads.map((head) => h("th", { scope: "col" }, t(`responses.${head}`))))),
        h(
          "tbody",
          responses.map((each) =>
            h(
              "tr",
              h("td", h("b.outside", oneLine(each.name, 60)), h("div.muted.outside", oneLine(each.act, 40))),
              h("td.outside", when(each)),
              h("td.nowrap.outside", oneLine(each.place, 30)),
              h(
                "td.nowrap",
                each.timeout_seconds > 0 ? stretch(each.timeout_seconds * 1000) : t("responses.no_end"),
              ),
              h(
                "td.nowrap",
                each.mode === "enforce" ? h("span.strong", t("responses.enforce")) : t("responses.dry_run"),
              ),
            ),
          ),
        ),
      ),
    );
  }
}
