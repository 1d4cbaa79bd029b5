// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Reading the ruleset again, for administrators: what is loaded now, or what is wrong and where.
import { fill, h, icon } from "../lib/dom.js";
import { post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { oneLine } from "../lib/visible.js";
import { problemNotice } from "../ui/pieces.js";

/** Diagnostics that are listed; the others are counted. */
const LISTED = 50;

/** A button that fills `notice` with the outcome, and runs `done` when a new ruleset is loaded. */
export function reloadButton(notice, done) {
  const reload = async () => {
    button.disabled = true;
    try {
      const { rules, decoders } = await post("/reload");
      const text = t("reload.done", { rules: number(rules), decoders: number(decoders) });
      fill(notice, h("div.notice.good", { role: "status", "data-test": "reload-done" }, icon("check"), text));
      done();
    } catch (error) {
      fill(notice, error.diagnostics?.length > 0 ? refused(error.diagnostics) : problemNotice(error));
    }
    button.disabled = false;
  };
  const button = h(
    "button.button.small",
    { type: "button", "data-test": "rules-reload", on: { click: reload } },
    icon("rules"),
    t("reload.title"),
  );
  return button;
}

function refused(diagnostics) {
  const more = diagnostics.length - LISTED;
  return h(
    "div.notice.bad",
    { role: "alert", "data-test": "reload-refused" },
    icon("warn"),
    h(
      "div.grow",
      h("b", t("reload.refused", { n: diagnostics.length })),
      h("ul.diagnostics", diagnostics.slice(0, LISTED).map(diagnosticRow)),
      more > 0 && h("p.muted", t("more", { n: more })),
    ),
  );
}

function diagnosticRow({ severity, file, line, column, message, hint }) {
  const place = [file, line, column]
    .filter((part) => part !== null && part !== undefined && part !== "")
    .join(":");
  return h(
    "li",
    { "data-test": "diagnostic" },
    place && h("code.outside", oneLine(place, 300)),
    h("span.outside", `${oneLine(severity ?? "", 20)}: ${oneLine(message ?? "", 600)}`),
    hint && h("span.muted.outside", oneLine(hint, 600)),
  );
}
