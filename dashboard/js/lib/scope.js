// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Which hosts a page is about: an agent's id, `@group`, or nothing for all of them.
import { filterQuery, isFilter } from "./query.js";

const FIELDS = ["agent.id", "agent.group"];

/** What an address says, or nothing when nobody could have chosen it. */
export const readScope = (text) => (/^(\d{3,10}|@[\w.-]{1,128})$/.test(text ?? "") ? text : "");

export const writeScope = ({ group, id }) => (group ? `@${group}` : (id ?? ""));

/** The filter that narrows alerts to it; null for all. */
export function scopeFilter(scope) {
  if (scope === "") return null;
  return scope.startsWith("@") ? isFilter("agent.group", scope.slice(1)) : isFilter("agent.id", scope);
}

/** A query narrowed to it. */
export function withScope(query, scope) {
  const filter = scopeFilter(scope);
  if (!filter) return query;
  return query === "" ? filterQuery(filter) : `(${query}) and ${filterQuery(filter)}`;
}

const isScope = (filter) => FIELDS.includes(filter.field) && filter.operator === ":" && !filter.negated;

/** What the filters narrow a search to: the last that does. */
export function scopeOf(filters) {
  const found = filters.filter(isScope).at(-1);
  if (!found) return "";
  return readScope(found.field === "agent.group" ? `@${found.value}` : found.value);
}

/** The filters narrowed to something else. */
export function rescoped(filters, scope) {
  const filter = scopeFilter(scope);
  const rest = filters.filter((each) => !isScope(each));
  return filter ? [...rest, filter] : rest;
}

/** All groups of agents, by name. */
export const hostGroups = (agents) => [...new Set(agents.flatMap((each) => each.groups))].sort();
