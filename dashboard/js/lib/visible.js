// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Outside text made safe to look at: what a terminal or a bidirectional
// layout would act on is shown as a sign instead.

// C0 and C1 controls but tab and line feed, bidirectional and zero-width
// marks, line separators, interlinear and tag characters, lone surrogates.
const unsafe = new RegExp(
  "[\\0-\\x08\\x0B-\\x1F\\x7F-\\x9F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F"
    + "\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF9-\\uFFFB"
    + "\\u{E0000}-\\u{E0FFF}\\p{Cs}]",
  "gu",
);

const named = new Map([[0x00, "NUL"], [0x07, "BEL"], [0x08, "BS"], [0x0d, "CR"], [0x1b, "ESC"], [0x7f, "DEL"]]);

function sign(character) {
  const code = character.codePointAt(0);
  return `\u2039${named.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}\u203A`;
}

/** The text with every invisible or reordering character as a visible sign; tabs and line feeds stay. */
export function visible(text) {
  return String(text).replace(unsafe, sign);
}

/** The same on one line, cut after `limit` UTF-16 units. */
export function oneLine(text, limit = 400) {
  let line = String(text);
  if (line.length > limit) line = `${line.slice(0, limit)}…`;
  return visible(line).replace(/\n/g, "\u21B5").replace(/\t/g, " ");
}
