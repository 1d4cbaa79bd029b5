// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// An alert's JSON: levels, values by path, all its fields.

/** Name, first level and last level of each band; order is that of the chart's stack. */
export const bands = [
  { name: "low", from: 0, to: 6 }, { name: "medium", from: 7, to: 11 },
  { name: "high", from: 12, to: 14 }, { name: "critical", from: 15, to: 16 },
];

export function bandOf(level) {
  const value = Number(level);
  if (value >= 15) return "critical";
  if (value >= 12) return "high";
  return value >= 7 ? "medium" : "low";
}

/** The full name of a field that may be one of the query language's short names. */
export function fullName(field) {
  if (field.startsWith("container.")) return `data.${field}`;
  if (["srcip", "dstip", "srcuser", "dstuser", "url"].includes(field)) return `data.${field}`;
  if (["level", "description", "groups"].includes(field)) return `rule.${field}`;
  return field;
}

function collect(value, path, into) {
  if (Array.isArray(value)) for (const each of value) collect(each, path, into);
  else if (value !== null && typeof value === "object") {
    for (const [key, each] of Object.entries(value)) collect(each, path ? `${path}.${key}` : key, into);
  } else {
    if (!into.has(path)) into.set(path, []);
    into.get(path).push(String(value));
  }
}

const flattened = new WeakMap();
/**
 * All leaves: a map of path to values, in the alert's order. Names may have dots in them (labels), so paths are looked
 * up here.
 */
export function leaves(alert) {
  let found = flattened.get(alert);
  if (!found) {
    found = new Map();
    collect(alert, "", found);
    flattened.set(alert, found);
  }
  return found;
}

/** A field's values, an empty array without it. */
export function valuesOf(alert, field) {
  return leaves(alert).get(fullName(field)) ?? [];
}

/** Milliseconds since the epoch. */
export function timeOf(alert) {
  const text = String(alert.timestamp ?? "").replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}

/** The name of the container that an alert is about; null for none. A Docker event names it in its actor. */
export function containerOf(alert) {
  const name = alert.data?.container?.name;
  if (typeof name === "string") return name;
  const docker = alert.data?.docker;
  const actor = docker?.Type === "container" ? docker.Actor?.Attributes?.name : null;
  return typeof actor === "string" ? actor : null;
}

export const isDockerEvent = (alert) => alert.data?.docker !== undefined;

/** The act without its command line: `exec_create: ls -l` is `exec_create`. */
export function verbOf(action) {
  const end = action.indexOf(": ");
  return end > 0 ? action.slice(0, end) : action.replace(/:$/, "");
}

/** A rule's description with `…` for what each event fills in. */
export const withoutFields = (description) => String(description).replace(/\$\([^)]*\)/g, "…");

/** The leaves of any object, as `leaves` of an alert. */
export function leavesOf(object) {
  const into = new Map();
  collect(object, "", into);
  return into;
}

/**
 * A page of the newest alerts with those before it that came by the live stream and are not in the index yet.
 * `recent` is newest first too.
 */
export function withRecent(page, recent) {
  const known = new Set(page.map((alert) => alert.id));
  const newest = page.length > 0 ? timeOf(page[0]) : 0;
  return [...recent.filter((alert) => !known.has(alert.id) && timeOf(alert) >= newest), ...page];
}

const keys = new WeakMap();
let made = 0;
/** Events of the archives may have the same id: each gets a key of its own, for as long as the page shows it. */
export function keepApart(events) {
  for (const event of events) keys.set(event, `event-${(made += 1)}`);
}

/** What an alert is known by on a page: its id, or the key of an event of the archives. */
export const keyOf = (alert) => keys.get(alert) ?? alert.id;

export const isArchived = (alert) => keys.has(alert);
