// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What stands over the table: columns, export, panels; and what to say when there is nothing.
import { fill, h, icon } from "../lib/dom.js";
import { address, get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { columnKey, columnTitle, defaultColumns } from "../ui/columns.js";
import { empty, opensPopover } from "../ui/pieces.js";
import { loadFields } from "../ui/querybar.js";
import { oneLine } from "../lib/visible.js";
import { recordPath, stateQuery } from "./hunt-state.js";

/**
 * The buttons, and `show(of)` for a record. `state()` is the search, `setColumns(names)` takes a choice, `showPanels()`
 * turns them on or off.
 */
export function resultTools({ state, setColumns, showPanels }) {
  const columns = h(
    "button.button.small.plain",
    { type: "button", "data-test": "columns" },
    icon("columns"),
    h("span", t("columns.title")),
  );
  const download = h(
    "button.button.small.plain",
    { type: "button", "data-test": "export" },
    icon("download"),
    h("span", t("export.title")),
  );
  const panels = h(
    "button.button.small.plain",
    {
      type: "button",
      "data-test": "panels-toggle",
      title: t("hunt.panels_toggle"),
      on: { click: showPanels },
    },
    icon("panel"),
    h("span", t("hunt.panels")),
  );
  const forColumns = h("div.anchor", columns);
  const forExport = h("div.anchor", download);
  opensPopover(columns, forColumns, () => columnChooser(state, setColumns), "right down column-pop");
  opensPopover(download, forExport, (close) => exportMenu(state(), close));
  const show = (of) => {
    // There is no export of the archives.
    forExport.hidden = of === "archives";
  };
  return { elements: [panels, forColumns, forExport], show };
}

function exportMenu(state, close) {
  const { parameters } = stateQuery(state);
  const columns = state.columns
    .map((name) => (columnKey(name) === "container.name" ? "data.container.name" : columnKey(name)))
    .join(",");
  const link = (format, text, more) =>
    h(
      "a.menu-item",
      {
        href: address("/alerts/export", { ...parameters, format, ...more }),
        download: `jaga-alerts.${format}`,
        "data-test": `export-${format}`,
        on: { click: () => close() },
      },
      icon("download"),
      text,
    );
  return [link("csv", t("export.csv"), { columns }), link("ndjson", t("export.ndjson"))];
}

function columnChooser(state, setColumns) {
  const list = h("div.column-list", { role: "group", "aria-label": t("columns.title") });
  const search = h("input.input", {
    type: "search",
    placeholder: t("columns.search"),
    "aria-label": t("columns.search"),
    "data-test": "columns-search",
    on: { input: () => draw() },
  });
  let names = [];
  const draw = () => {
    const chosen = state().columns;
    const wanted = search.value.toLowerCase();
    const rest = names.filter((name) => !chosen.includes(name) && columnKey(name) !== "container.name");
    const shown = [...chosen, ...rest]
      .filter(
        (name) => name.toLowerCase().includes(wanted) || columnTitle(name).toLowerCase().includes(wanted),
      )
      .slice(0, 150);
    fill(
      list,
      shown.map((name) =>
        h(
          "label",
          h("input", {
            type: "checkbox",
            checked: chosen.includes(name),
            "data-column": name,
            on: { change: (event) => take(name, event.target.checked) },
          }),
          h("span.outside", oneLine(name, 80)),
        ),
      ),
    );
  };
  const take = (name, isWanted) => {
    const others = state().columns.filter((each) => each !== name);
    const next = isWanted ? [...others, name] : others;
    if (next.length > 0) setColumns(next);
    draw();
  };
  draw();
  loadFields(recordPath(state())).then(
    (fields) => {
      names = fields.map((field) => field.name);
      draw();
    },
    () => {
      // Without the server's list the columns that are shown can still be taken away.
    },
  );
  return [
    search,
    list,
    h(
      "button.button.small.plain",
      {
        type: "button",
        on: {
          click: () => {
            setColumns(defaultColumns);
            draw();
          },
        },
      },
      t("columns.reset"),
    ),
  ];
}

/** Nothing to show: because nothing ever came (`isFirst`), nothing in this time, or because the search is narrow. */
export function noAlerts(state, go, isFirst = false) {
  const isNarrow = state.q !== "" || state.filters.length > 0;
  const later =
    state.from !== "" &&
    !isFirst &&
    h(
      "button.button",
      { type: "button", "data-test": "empty-all-time", on: { click: () => go({ from: "", to: "now" }) } },
      icon("clock"),
      t("empty.all_time"),
    );
  if (isNarrow) {
    return empty(
      "hunt",
      t("empty.no_match"),
      t("empty.no_match_text"),
      later,
      h(
        "button.button",
        { type: "button", "data-test": "empty-clear", on: { click: () => go({ q: "", filters: [] }) } },
        icon("close"),
        t("empty.clear"),
      ),
    );
  }
  const commands = "docker exec web sh -c id\ncurl 'http://localhost/?id=1+UNION+SELECT+2'";
  return empty(
    "logo",
    state.from === "" || isFirst ? t("empty.no_alerts") : t("empty.no_alerts_in_time"),
    t("empty.try"),
    h("pre", commands),
    later,
  );
}

/** The switch between alerts and everything that was read; there is none while archives are off. */
export function recordSwitch(choose) {
  const records = ["", "archives"];
  const buttons = records.map((of) =>
    h(
      "button",
      { type: "button", "data-test": `of-${of || "alerts"}`, on: { click: () => choose(of) } },
      t(`of.${of || "alerts"}`),
    ),
  );
  const element = h("div.switch", { role: "group", "aria-label": t("of.title"), hidden: true }, buttons);
  let isKept = false;
  const show = (chosen) => {
    element.hidden = !isKept && chosen === "";
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(records[at] === chosen)));
  };
  get("/status").then(
    ({ archives }) => {
      isKept = Boolean(archives);
      if (isKept) element.hidden = false;
    },
    () => {
      // Without the status there is nothing to switch; the search tells what is wrong.
    },
  );
  return { element, show };
}
