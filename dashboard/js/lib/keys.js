// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Keys: one listener; pages add what they answer to, and what is open on top is closed first by Escape.

const layers = [];
const escapes = [];
let leader = 0;

const isTyping = (target) =>
  target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);

/** Answers to these keys (`"j"`, `"g h"` after one another, `"Ctrl+k"`) until the answer is called. */
export function onKeys(map) {
  layers.push(map);
  return () => {
    const at = layers.indexOf(map);
    if (at >= 0) layers.splice(at, 1);
  };
}

/** Runs `close` at the next Escape, unless what is returned was called before. */
export function onEscape(close) {
  escapes.push(close);
  return () => {
    const at = escapes.indexOf(close);
    if (at >= 0) escapes.splice(at, 1);
  };
}

function find(name) {
  for (let at = layers.length - 1; at >= 0; at -= 1) if (layers[at][name]) return layers[at][name];
  return null;
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") {
      const close = escapes.at(-1);
      if (close) {
        event.preventDefault();
        close();
      } else if (isTyping(event.target)) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey) {
      const run = find(`Ctrl+${event.key.toLowerCase()}`);
      if (run) {
        event.preventDefault();
        run(event);
      }
      return;
    }
    // Behind a dialog nothing moves.
    if (event.altKey || isTyping(event.target) || document.querySelector(".veil")) return;
    const isSecond = Date.now() - leader < 1200;
    leader = event.key === "g" && !isSecond ? Date.now() : 0;
    const run = (isSecond && find(`g ${event.key}`)) || find(event.key);
    // Enter and Space belong to the button that has the focus.
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("button, a")) return;
    if (run) {
      event.preventDefault();
      run(event);
    }
  });
}
