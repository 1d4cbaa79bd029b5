// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What logtest says of a line: the three phases, and why other rules did not take it.
import { h, icon } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { leavesOf } from "../lib/alerts.js";
import { oneLine } from "../lib/visible.js";
import { writeAddress } from "../lib/router.js";
import { levelBadge } from "./pieces.js";

function pairs(object) {
  const found = [...leavesOf(object)];
  if (found.length === 0) return h("p.muted", t("none"));
  return h(
    "dl.pairs",
    found.map(([name, values]) => [
      h("dt.outside", oneLine(name, 120)),
      h("dd", h("span.value.outside", values.join(", "))),
    ]),
  );
}

export function resultView({ result, trials }) {
  const { rule } = result;
  return h(
    "div.stack",
    { "data-test": "logtest-result" },
    phase(1, t("logtest.phase1"), pairs(result.predecoder ?? {})),
    phase(2, t("logtest.phase2"), pairs({ ...result.decoder, ...result.data })),
    phase(
      3,
      t("logtest.phase3"),
      rule
        ? h(
            "div",
            h(
              "h3.state-text",
              levelBadge(rule.level),
              h("a", { href: writeAddress("rules", [], { id: String(rule.id) }) }, `${t("rule")} ${rule.id}`),
            ),
            h("p.outside", oneLine(rule.description, 600)),
            h(
              "div.detail-facts",
              (rule.groups ?? []).map((group) => h("span.tag.outside", oneLine(group, 60))),
            ),
            h(
              "p.state-text",
              { "data-test": "logtest-alert" },
              icon(result.alert ? "check" : "minus"),
              result.alert ? t("logtest.alert") : t("logtest.no_alert"),
            ),
          )
        : h("p.muted", { "data-test": "logtest-alert" }, t("logtest.no_rule")),
    ),
    trials?.length > 0 && h("section", h("h3", t("logtest.trials")), trialTable(trials)),
  );
}

function phase(count, title, content) {
  return h("section", { "data-test": `phase-${count}` }, h("h3", `${count} · ${title}`), content);
}

function trialTable(trials) {
  return h(
    "table.trials",
    h(
      "thead",
      h(
        "tr",
        [t("rule"), t("level"), t("logtest.reason")].map((title) => h("th", { scope: "col" }, title)),
      ),
    ),
    h(
      "tbody",
      trials.map((trial) =>
        h(
          "tr",
          h("td", h("a", { href: writeAddress("rules", [], { id: String(trial.id) }) }, String(trial.id))),
          h("td", Number.isInteger(trial.level) && levelBadge(trial.level)),
          h(
            "td",
            h("div.outside", oneLine(trial.description, 200)),
            h("div.outside.muted", trial.matched ? t("logtest.matched") : oneLine(trial.reason ?? "", 500)),
          ),
        ),
      ),
    ),
  );
}
