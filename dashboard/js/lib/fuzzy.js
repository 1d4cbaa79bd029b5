// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Fuzzy match: all letters of the needle in order; runs, beginnings of words and short texts score higher.

/** A score, higher is better, or -1 when it does not match. */
export function fuzzyScore(needle, text) {
  const wanted = needle.toLowerCase();
  const given = text.toLowerCase();
  if (wanted === "") return 0;
  let score = 0;
  let at = 0;
  let run = 0;
  for (const letter of wanted) {
    const found = given.indexOf(letter, at);
    if (found < 0) return -1;
    run = found === at ? run + 1 : 1;
    score += run * 2;
    if (found === 0 || /[^a-z0-9]/.test(given[found - 1])) score += 6;
    score -= Math.min(found - at, 6) * 0.5;
    at = found + letter.length;
  }
  if (given.startsWith(wanted)) score += 12;
  return Math.max(0, score - given.length * 0.05);
}

/** The items that match, best first. */
export function fuzzyFilter(needle, items, text) {
  return items
    .map((item, order) => ({ item, order, score: fuzzyScore(needle, text(item)) }))
    .filter((each) => each.score >= 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map((each) => each.item);
}
