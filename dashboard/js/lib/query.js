// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Filter chips, and the query they make together with what was typed.
//
// In the address a chip is `+FIELD:VALUE` (is), `-FIELD:VALUE` (is not), `+FIELD?` (exists), `+FIELD>=N` (and < <= >),
// `+FIELD[7..11` (from to), `+FIELD=a,b` (one of), `+FIELD^abc` (begins). `\` before a character takes its meaning
// away. The field `container` is ours: a container's own lines and what Docker says of it, which stand in two
// fields.

const OPERATORS = [">=", "<=", ":", "=", ">", "<", "?", "[", "^"];

const escapeField = (text) => text.replace(/[\\:=<>?[^]/g, "\\$&");
const escapeItem = (text) => text.replace(/[\\,]/g, "\\$&");

export function encodeFilter(filter) {
  const value = filter.operator === "=" ? filter.values.map(escapeItem).join(",") : (filter.value ?? "");
  return `${filter.negated ? "-" : "+"}${escapeField(filter.field)}${filter.operator}${value}`;
}

/** A filter, or null when the text is none. */
export function decodeFilter(text) {
  const sign = text[0];
  if (sign !== "+" && sign !== "-" && sign !== " ") return null;
  let field = "";
  let at = 1;
  for (; at < text.length; at += 1) {
    if (text[at] === "\\" && at + 1 < text.length) field += text[(at += 1)];
    else if (":=<>?[^".includes(text[at])) break;
    else field += text[at];
  }
  const operator = OPERATORS.find((each) => text.startsWith(each, at));
  if (!operator || field === "") return null;
  const value = text.slice(at + operator.length);
  // `+` in an address may have become a space.
  const filter = { field, operator, value, negated: sign === "-" };
  if (operator === "=") filter.values = splitItems(value);
  if (operator === "[" && !/^-?\d+\.\.-?\d+$/.test(value)) return null;
  if (operator === "^" && !/^[\w.-]+$/.test(value)) return null;
  if (/[<>]/.test(operator) && !/^-?\d+(\.\d+)?$/.test(value)) return null;
  return filter;
}

function splitItems(text) {
  const items = [""];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && at + 1 < text.length) items[items.length - 1] += text[(at += 1)];
    else if (text[at] === ",") items.push("");
    else items[items.length - 1] += text[at];
  }
  return items;
}

export const isFilter = (field, value, negated = false) => ({
  field,
  operator: ":",
  value: String(value),
  negated,
});
export const rangeFilter = (field, from, to) => ({
  field,
  operator: "[",
  value: `${from}..${to}`,
  negated: false,
});

/** A value in quotes, for the query language. */
export const quoted = (value) => `"${String(value).replace(/[\\"]/g, "\\$&")}"`;

/** A field's name, for the query language: in quotes when it has a space or a sign in it. */
export const fieldName = (field) =>
  /^[^\\\s():<>"*{}]+$/.test(field) && !/^(and|or|not)$/i.test(field) ? field : quoted(field);

/** All alerts about a container of this name. */
export function containerQuery(name) {
  const value = quoted(name);
  const actedOn = `(data.docker.Type: container and data.docker.Actor.Attributes.name: ${value})`;
  return `(data.container.name: ${value} or ${actedOn})`;
}

export function filterQuery(filter) {
  if (filter.field === "container" && filter.operator === ":") {
    return `${filter.negated ? "not " : ""}${containerQuery(filter.value)}`;
  }
  const name = fieldName(filter.field);
  let text;
  if (filter.operator === ":") text = `${name}: ${quoted(filter.value)}`;
  else if (filter.operator === "?") text = `${name}: *`;
  else if (filter.operator === "=") text = `${name}: (${filter.values.map(quoted).join(" or ")})`;
  else if (filter.operator === "^") text = `${name}: ${filter.value}*`;
  else if (filter.operator === "[") {
    const [from, to] = filter.value.split("..");
    text = `(${name} >= ${from} and ${name} <= ${to})`;
  } else text = `${name} ${filter.operator} ${filter.value}`;
  return filter.negated ? `not ${text}` : text;
}

/** The whole query, and by how many characters the typed part is moved in it. */
export function combine(typed, filters) {
  const parts = filters.map(filterQuery);
  if (typed.trim() === "") return { query: parts.join(" and "), shift: 0 };
  if (parts.length === 0) return { query: typed, shift: 0 };
  return { query: `(${typed}) and ${parts.join(" and ")}`, shift: 1 };
}

const same = (a, b) => a.field === b.field && a.operator === b.operator && a.value === b.value;

/** The chips with one more; the same one inverted is replaced, the same one twice is not added. */
export function withFilter(filters, filter) {
  return [...filters.filter((each) => !same(each, filter)), filter];
}
