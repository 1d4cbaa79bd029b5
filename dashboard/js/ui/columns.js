// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Which columns the table has, how wide they are and what their cells show.
import { h } from "../lib/dom.js";
import { t, has } from "../lib/i18n.js";
import { containerOf, fullName, timeOf, valuesOf } from "../lib/alerts.js";
import { fullTime, rowTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { levelBadge } from "./pieces.js";

export const defaultColumns = [
  "timestamp",
  "rule.level",
  "rule.description",
  "container.name",
  "srcip",
  "rule.id",
];

const WIDTHS = {
  timestamp: "158px",
  "rule.level": "44px",
  "rule.description": "minmax(220px, 3fr)",
  "container.name": "minmax(90px, 1fr)",
  "data.srcip": "124px",
  "rule.id": "64px",
  "agent.name": "minmax(90px, 1fr)",
  full_log: "minmax(260px, 4fr)",
  "data.url": "minmax(160px, 2fr)",
};

/** The column's key: `container.name` stays, for it also shows whom a Docker event is about. */
export const columnKey = (name) =>
  name === "container.name" || name === "data.container.name" ? "container.name" : fullName(name);

export const columnWidth = (name) => WIDTHS[columnKey(name)] ?? "minmax(110px, 1fr)";

export function columnTitle(name) {
  const key = `column.${columnKey(name)}`;
  return has(key) ? t(key) : name;
}

/** `{ field, value }` that + and − of a cell are about; null when it is empty. */
export function cellFilter(alert, name) {
  const key = columnKey(name);
  if (key === "container.name") {
    const container = containerOf(alert);
    return container === null ? null : { field: "container", value: container };
  }
  if (key === "timestamp") return null;
  const values = valuesOf(alert, key);
  return values.length > 0 ? { field: key, value: values[0] } : null;
}

/** A cell of the table. */
export function cell(alert, name) {
  const key = columnKey(name);
  if (key === "timestamp") {
    const ms = timeOf(alert);
    return h(
      "div.cell.time.c-time",
      { role: "gridcell", title: ms ? fullTime(ms) : "" },
      ms ? rowTime(ms) : "–",
    );
  }
  if (key === "rule.level") {
    return h("div.cell.c-level", { role: "gridcell" }, levelBadge(alert.rule?.level ?? 0));
  }
  if (key === "container.name") {
    return h("div.cell.c-container", { role: "gridcell" }, oneLine(containerOf(alert) ?? "", 120));
  }
  // An event that no rule took is told by its line.
  const shown = key === "rule.description" && !alert.rule ? [alert.full_log ?? ""] : valuesOf(alert, key);
  const text = oneLine(shown.join(", "), 300);
  const style = key === "rule.description" ? "c-description" : "code";
  return h("div.cell", { role: "gridcell", class: style, title: text.length > 24 ? text : undefined }, text);
}
