// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The filters that narrow the query: click inverts one, × takes it away.
import { fill, h, iconButton } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { bands } from "../lib/alerts.js";
import { oneLine } from "../lib/visible.js";

function valueText(filter) {
  if (filter.operator === "^") return `${filter.value}…`;
  if (filter.operator === "?") return t("filter.exists");
  if (filter.operator === "=") return filter.values.join(` ${t("or")} `);
  if (filter.operator === "[") {
    const [from, to] = filter.value.split("..").map(Number);
    const band = filter.field === "rule.level" && bands.find((each) => each.from === from && each.to === to);
    return `${band ? `${t(`band.${band.name}`)} ` : ""}${from}–${to}`;
  }
  return /[<>]/.test(filter.operator)
    ? `${{ ">=": "≥", "<=": "≤" }[filter.operator] ?? filter.operator} ${filter.value}`
    : filter.value;
}

/** Draws the chips into `element`; `change(filters)` gets the new list. */
export function drawChips(element, filters, change) {
  const without = (at) => filters.filter((_, other) => other !== at);
  fill(
    element,
    filters.map((filter, at) => {
      const text = oneLine(valueText(filter), 120);
      const said = `${filter.field} ${filter.negated ? t("filter.is_not") : t("filter.is")} ${text}`;
      return h(
        "span.chip",
        { class: filter.negated ? "negated" : "", role: "listitem", "data-test": "chip" },
        h(
          "button.chip-text",
          {
            type: "button",
            title: t("filter.invert"),
            "aria-label": `${said}. ${t("filter.invert")}`,
            "data-test": "chip-invert",
            on: {
              click: () =>
                change(
                  filters.map((each, other) => (other === at ? { ...each, negated: !each.negated } : each)),
                ),
            },
          },
          h("span.chip-field.outside", { "data-not": t("not") }, oneLine(filter.field, 60)),
          h("span.chip-value.outside", text),
        ),
        iconButton("close", t("filter.remove", { value: said }), () => change(without(at)), {
          "data-test": "chip-remove",
        }),
      );
    }),
    filters.length > 1 &&
      h(
        "button.button.small.plain",
        { type: "button", "data-test": "chips-clear", on: { click: () => change([]) } },
        t("filter.clear"),
      ),
  );
}
