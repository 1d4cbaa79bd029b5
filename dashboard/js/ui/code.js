// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// JSON and XML with quiet colours, made of text nodes.
import { h } from "../lib/dom.js";

const LONGEST = 200_000;

function block(pieces, label) {
  return h("pre.code-block", { tabindex: "0", "aria-label": label }, pieces);
}

/** A value as indented JSON. */
export function jsonBlock(value) {
  const text = JSON.stringify(value, null, 2).slice(0, LONGEST);
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(
    /("(?:\\.|[^"\\])*")(\s*:)?|-?\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b|\b(?:true|false|null)\b/g,
  )) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    const kind = match[1] ? (match[2] ? "name" : "text") : "number";
    pieces.push(h("span", { class: kind }, match[1] ?? match[0]), match[2] ?? "");
    end = match.index + match[0].length;
  }
  pieces.push(text.slice(end));
  return block(pieces, "JSON");
}

/** XML as it stands in its file, less the indent that all lines share; null when the file cannot be read any more. */
export function xmlBlock(source) {
  if (typeof source !== "string") return null;
  const text = unindented(source.slice(0, LONGEST));
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(/<!--[\s\S]*?-->|<\/?[\w-]+|[\w-]+(?==")|"[^"]*"(?=[^<>]*>)|\/?>/g)) {
    if (match.index > end) pieces.push(text.slice(end, match.index));
    const found = match[0];
    const kind = found.startsWith("<!--")
      ? "quiet"
      : found.startsWith('"')
        ? "text"
        : /^[\w-]/.test(found)
          ? "number"
          : "name";
    pieces.push(h("span", { class: kind }, found));
    end = match.index + found.length;
  }
  pieces.push(text.slice(end));
  return block(pieces, "XML");
}

function unindented(text) {
  const lines = text.replace(/^\n+|\s+$/g, "").split("\n");
  const indents = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)[0].length);
  // The first line may have been cut from its indent.
  const least = Math.min(...(indents.length > 1 && indents[0] === 0 ? indents.slice(1) : indents), 40);
  return lines
    .map((line) => (/^[ \t]/.test(line) ? line.slice(Math.min(least, /^[ \t]*/.exec(line)[0].length)) : line))
    .join("\n");
}
