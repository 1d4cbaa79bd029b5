// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What a reader chose, kept in this browser. Storage may be refused: then it lasts as long as the page.
const memory = new Map();

export function preference(name, otherwise = null) {
  try {
    const text = localStorage.getItem(`jaga.${name}`);
    if (text !== null) return JSON.parse(text);
  } catch {
    // Refused or damaged: as if it had never been kept.
  }
  return memory.has(name) ? memory.get(name) : otherwise;
}

export function setPreference(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`jaga.${name}`, JSON.stringify(value));
  } catch {
    // Refused: the value in memory lasts as long as the page.
  }
}
