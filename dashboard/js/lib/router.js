// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Addresses: `#/page/part?state`. The whole state of a page is in its address.

/** `{ page, parts, params }` of a hash. */
export function readAddress(hash) {
  const [path, words = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const parts = path.split("/").filter(Boolean).map(decode);
  return { page: parts[0] ?? "hunt", parts: parts.slice(1), params: new URLSearchParams(words) };
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A hash of a page, its parts and its state; empty values are left out. */
export function writeAddress(page, parts = [], state = {}) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (Array.isArray(value)) for (const each of value) words.append(key, each);
    else if (value !== "" && value !== null && value !== undefined) words.set(key, value);
  }
  const path = [page, ...parts].map((part) => encodeURIComponent(part)).join("/");
  const text = words.toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

/** Goes there; `replace` leaves no step to go back to. */
export function go(hash, { replace = false } = {}) {
  if (location.hash === hash) return;
  if (replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = hash;
}

/** Changes the address without telling anyone: what it says is on the page already. */
export function note(hash) {
  history.replaceState(null, "", hash);
}
