// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The texts, in the reader's language. All of them are in lang/*.json.

export const languages = [["en", "English"], ["id", "Bahasa Indonesia"]];

let texts = {};
let code = "en";
let plural = new Intl.PluralRules("en");
let numbers = new Intl.NumberFormat("en");

/** The language that the reader chose, else the browser's first that we have. */
export function preferredLanguage(chosen, wanted = navigator.languages ?? [navigator.language]) {
  const have = languages.map(([each]) => each);
  if (have.includes(chosen)) return chosen;
  for (const each of wanted) {
    const base = String(each).toLowerCase().split("-")[0];
    if (base === "in") return "id";
    if (have.includes(base)) return base;
  }
  return "en";
}

export async function loadLanguage(name) {
  const answer = await fetch(`lang/${name}.json`);
  if (!answer.ok) throw new Error(`lang/${name}.json: ${answer.status}`);
  useTexts(name, await answer.json());
}

export function useTexts(name, values) {
  texts = values;
  code = name;
  plural = new Intl.PluralRules(name);
  numbers = new Intl.NumberFormat(name);
}

export const language = () => code;

/** The text of a key; `{n}` and others are filled in, `n` also chooses the plural. */
export function t(key, values = {}) {
  let text = texts[key];
  if (text && typeof text === "object") text = text[plural.select(Number(values.n ?? 0))] ?? text.other;
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : String(value ?? "");
  });
}

export const has = (key) => Object.hasOwn(texts, key);

export const number = (value) => (Number.isFinite(value) ? numbers.format(value) : "–");

const compactForms = new Map();
/** `12,345` up to a million, then `1.2M`. */
export function compact(value) {
  if (!Number.isFinite(value) || value < 1e6) return number(value);
  if (!compactForms.has(code)) {
    compactForms.set(code, new Intl.NumberFormat(code, { notation: "compact", maximumFractionDigits: 1 }));
  }
  return compactForms.get(code).format(value);
}

/** Bytes in binary units. */
export function bytes(value) {
  if (!Number.isFinite(value)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  while (value >= 1024 && at < units.length - 1) [value, at] = [value / 1024, at + 1];
  const digits = new Intl.NumberFormat(code, { maximumFractionDigits: value < 10 && at > 0 ? 1 : 0 });
  return `${digits.format(value)} ${units[at]}`;
}
