// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What could come next in the query bar, from what stands before the caret.

const TOKEN = /"(?:\\.|[^"\\])*"?|<=|>=|[():<>]|(?:\\.|[^\s():<>"])+/gs;
const WORDS = ["and", "or", "not"];

function tokens(text) {
  return [...text.matchAll(TOKEN)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}

const isWord = (token) => token !== undefined && !/^([():<>]|<=|>=)$/.test(token.text);
const isConnective = (token) => token !== undefined && WORDS.includes(token.text.toLowerCase());
const unquote = (text) => text.replace(/^"|"$/g, "").replace(/\\(.)/g, "$1");

/**
 * `{ kind, from, to, prefix, field }`: `kind` is `field`, `operator`, `value` or `connective`; `from` to `to` is what
 * a choice replaces; `field` is the one whose values are wanted.
 */
export function completionAt(text, caret) {
  const before = tokens(text.slice(0, caret));
  const last = before.at(-1);
  const touches = last !== undefined && last.to === caret && isWord(last);
  const typed = touches ? before.pop() : undefined;
  const place = {
    from: typed ? typed.from : caret,
    to: caret,
    prefix: typed ? unquote(typed.text) : "",
    isQuoted: typed?.text.startsWith('"') ?? false,
  };
  const previous = before.at(-1);
  const field = fieldBefore(before);
  if (field !== null) return { ...place, kind: "value", field };
  const startsTerm = previous === undefined || isConnective(previous) || previous.text === "(";
  if (startsTerm) return { ...place, kind: "field" };
  if (!typed && isWord(previous)) {
    const beforeThat = before.at(-2);
    const isValue = beforeThat !== undefined && /^(:|<|>|<=|>=)$/.test(beforeThat.text);
    if (!isValue && !previous.text.startsWith('"') && fieldBefore(before.slice(0, -1)) === null) {
      return { ...place, kind: "operator", field: unquote(previous.text) };
    }
  }
  return { ...place, kind: "connective" };
}

/** The field whose value is wanted at the end of these tokens, through `field: (a or`; null for none. */
function fieldBefore(before) {
  let at = before.length - 1;
  if (/^(:|<|>|<=|>=)$/.test(before[at]?.text ?? "") && isWord(before[at - 1])) {
    return unquote(before[at - 1].text);
  }
  if (before[at]?.text.toLowerCase() === "not" && before[at - 1]?.text === ":" && isWord(before[at - 2])) {
    return unquote(before[at - 2].text);
  }
  if (before[at]?.text !== "(" && !isConnective(before[at])) return null;
  while (at >= 0 && before[at].text !== "(" && before[at].text !== ")" && before[at].text !== ":") at -= 1;
  if (before[at]?.text === "(" && before[at - 1]?.text === ":" && isWord(before[at - 2])) {
    return unquote(before[at - 2].text);
  }
  return null;
}

/** A value as it is written in a query: in quotes when it must be. */
export function writtenValue(value) {
  if (/^[^\s():<>"*\\{}]+$/.test(value) && !WORDS.includes(value.toLowerCase())) return value;
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** The text and caret after a choice was taken. */
export function applyCompletion(text, place, written) {
  const tail = text.slice(place.to);
  const joint = tail.startsWith(" ") || written.endsWith(" ") || written.endsWith("(") ? "" : " ";
  const head = text.slice(0, place.from) + written + joint;
  return { text: head + tail, caret: head.length };
}

/**
 * Which of the fields fit, best first: those that begin so, then those with a part that does, then any that contain
 * it.
 */
export function matchingFields(fields, prefix, limit = 12) {
  const wanted = prefix.toLowerCase();
  const rank = (name) => {
    const lower = name.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes(`.${wanted}`)) return 1;
    return lower.includes(wanted) ? 2 : 3;
  };
  return fields
    .map((field) => ({ field, rank: rank(field.name) }))
    .filter((each) => each.rank < 3)
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        a.field.name.length - b.field.name.length ||
        (a.field.name < b.field.name ? -1 : 1),
    )
    .slice(0, limit)
    .map((each) => each.field);
}
