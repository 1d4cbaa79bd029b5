// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Times: expressions as in the API (`now-15m`, ISO 8601, milliseconds), and how they are written for people.
import { language, t } from "./i18n.js";

const UNITS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, M: 2592e6, y: 31536e6 };

/** The quick ranges of the time picker: from, to. */
export const quickRanges = [
  ["now-15m", "now"], ["now-1h", "now"], ["now-4h", "now"], ["now-24h", "now"], ["now/d", "now"],
  ["now-7d", "now"], ["now-30d", "now"], ["now-90d", "now"], ["", "now"],
];

/** Milliseconds since the epoch of an expression, or null when it is none. */
export function readTime(text, now = Date.now()) {
  const word = String(text).trim();
  if (/^\d{10,}$/.test(word)) return Number(word);
  const relative = /^now((?:[-+]\d+[smhdwMy])*)(?:\/([smhdwMy]))?$/.exec(word);
  if (relative) {
    const date = new Date(now);
    for (const [, sign, count, unit] of relative[1].matchAll(/([-+])(\d+)([smhdwMy])/g)) {
      const by = (sign === "-" ? -1 : 1) * Number(count);
      if (unit === "M") date.setMonth(date.getMonth() + by);
      else if (unit === "y") date.setFullYear(date.getFullYear() + by);
      else date.setTime(date.getTime() + by * UNITS[unit]);
    }
    return relative[2] ? roundDown(date, relative[2]) : date.getTime();
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(word)) return null;
  const value = Date.parse(word.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(value) ? null : value;
}

function roundDown(date, unit) {
  if (unit === "y") date.setMonth(0, 1);
  if (unit === "M") date.setDate(1);
  if (unit === "w") date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  if ("dwMy".includes(unit)) date.setHours(0, 0, 0, 0);
  else date.setTime(Math.floor(date.getTime() / UNITS[unit]) * UNITS[unit]);
  return date.getTime();
}

/** The range in these parameters of an address; what is no time is as if it were not there. */
export function readRange(params) {
  const word = (name) => params.get(name) ?? "";
  const from = word("from") === "all" ? "" : readTime(word("from")) === null ? "now-24h" : word("from");
  return { from, to: readTime(word("to")) === null ? "now" : word("to") };
}

/** Whether the range moves with the clock, so that new alerts fall in it. */
export const endsNow = (to) => to === "now" || to === "";

const forms = new Map();
function form(name, options) {
  const key = `${language()} ${name}`;
  if (!forms.has(key)) forms.set(key, new Intl.DateTimeFormat(language(), { hourCycle: "h23", ...options }));
  return forms.get(key);
}

const short = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };

/** `27 Nov 00:10:11.123`: a row's time, to the millisecond, local. */
export function rowTime(ms) {
  return form("row", { ...short, second: "2-digit", fractionalSecondDigits: 3 }).format(ms).replace(/, /g, " ");
}
export const fullTime = (ms) => form("full", { dateStyle: "full", timeStyle: "long" }).format(ms);
export const minuteTime = (ms) => form("minute", short).format(ms);
export const clockTime = (ms) =>
  form("clock", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }).format(ms);

/** An axis label for buckets of `interval` milliseconds. */
export function axisTime(ms, interval) {
  const day = () => form("day", { month: "short", day: "numeric" }).format(ms);
  if (interval >= UNITS.d) return day();
  if (interval >= UNITS.m) {
    const date = new Date(ms);
    if (date.getHours() === 0 && date.getMinutes() === 0) return day();
    return form("hm", { hour: "2-digit", minute: "2-digit" }).format(ms);
  }
  return form("hms", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
}

/** `3 minutes ago`, in the reader's language. */
export function ago(ms, now = Date.now()) {
  const seconds = Math.round((ms - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "short" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 5 ? t("time.just_now") : relative.format(seconds, "second");
}

/** `3 d 4 h`: a stretch of time in its two largest units. */
export function stretch(ms) {
  const parts = [];
  let left = Math.max(0, ms);
  for (const unit of ["d", "h", "m", "s"]) {
    const count = Math.floor(left / UNITS[unit]);
    left -= count * UNITS[unit];
    if (count > 0 || (unit === "s" && parts.length === 0)) parts.push(`${count} ${t(`unit.${unit}`)}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** How a range is called on the time picker's button. */
export function rangeLabel(from, to) {
  if (endsNow(to)) {
    if (!from) return t("time.all");
    if (from === "now/d") return t("time.today");
    const relative = /^now-(\d+)([smhdwMy])$/.exec(from);
    if (relative) return t(`time.last.${relative[2]}`, { n: Number(relative[1]) });
  }
  const label = (word) => {
    const ms = /^now/.test(word) ? null : readTime(word);
    return ms === null ? word : minuteTime(ms);
  };
  return `${from ? label(from) : t("time.beginning")} – ${endsNow(to) ? t("time.now") : label(to)}`;
}

/** The value of an `<input type=datetime-local>`. */
export function localInput(ms) {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60000);
  return date.toISOString().slice(0, 19);
}
