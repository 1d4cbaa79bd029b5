// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What the address of Threat Hunting says: the whole search.
import { combine, decodeFilter, encodeFilter } from "../lib/query.js";
import { writeAddress } from "../lib/router.js";
import { readRange } from "../lib/time.js";
import { defaultColumns } from "../ui/columns.js";
import { preference } from "../lib/prefs.js";

const DEFAULT_SORT = "timestamp:desc";

export function readState(params) {
  const of = params.get("of") === "archives" ? "archives" : "";
  const columns = (params.get("columns") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  return {
    of,
    q: params.get("q") ?? "",
    ...readRange(params),
    sort: /^[^:]+:(asc|desc)$/.test(params.get("sort") ?? "") ? params.get("sort") : DEFAULT_SORT,
    columns: columns.length > 0 ? columns : preference("columns", defaultColumns),
    filters: params.getAll("filters").map(decodeFilter).filter(Boolean),
    // Events of the archives have no address of their own.
    alert: of === "archives" ? "" : (params.get("alert") ?? ""),
  };
}

export function stateAddress(state) {
  return writeAddress("hunt", [], {
    of: state.of,
    q: state.q,
    from: state.from || "all",
    to: state.to,
    sort: state.sort === DEFAULT_SORT ? "" : state.sort,
    columns: state.columns.join(",") === defaultColumns.join(",") ? "" : state.columns.join(","),
    filters: state.filters.map(encodeFilter),
    alert: state.of === "archives" ? "" : state.alert,
  });
}

/** The route of what is searched. */
export const recordPath = ({ of }) => (of === "archives" ? "/archives" : "/alerts");

/** The parameters of the API, and by how much columns of mistakes are moved. */
export function stateQuery(state) {
  const { query, shift } = combine(state.q, state.filters);
  return { parameters: { q: query, from: state.from, to: state.to === "now" ? "" : state.to }, shift };
}

/** Whether both ask for the same alerts in the same order. */
export function isSameSearch(a, b) {
  const key = (state) =>
    JSON.stringify([state.of, state.q, state.from, state.to, state.sort, state.filters.map(encodeFilter)]);
  return key(a) === key(b);
}
