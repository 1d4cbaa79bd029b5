// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Server-sent events, handed over once a frame, closed while the page is not looked at.
import { address } from "./api.js";

/** More than this between two frames is only counted. */
const MOST = 400;

/**
 * Opens a stream. `names` are the events wanted; `batch(items, missed)` gets their data, oldest first, at most once a
 * frame; `state` is told `open`, `waiting` or `closed`. The answer has `close()`.
 */
export function openStream(path, query, { names, batch, state = () => {} }) {
  let source = null;
  let waiting = [];
  let missed = 0;
  let frame = 0;
  let retry = 0;
  let isClosed = false;

  function flush() {
    frame = 0;
    const [items, lost] = [waiting, missed];
    [waiting, missed] = [[], 0];
    if (items.length > 0 || lost > 0) batch(items, lost);
  }

  function take(name, event) {
    if (name === "lagged") {
      missed += Number(parsed(event.data)?.dropped) || 0;
    } else {
      if (waiting.length >= MOST) {
        waiting.shift();
        missed += 1;
      }
      waiting.push(event.data);
    }
    // No frames come to a hidden page; a timer keeps the buffer moving there.
    if (frame === 0) frame = document.hidden ? setTimeout(flush, 250) : requestAnimationFrame(flush);
  }

  function open() {
    clearTimeout(retry);
    if (isClosed || source || document.hidden) return;
    source = new EventSource(address(path, query));
    for (const name of [...names, "lagged"]) source.addEventListener(name, (event) => take(name, event));
    source.addEventListener("open", () => state("open"));
    source.addEventListener("end", () => { end(); state("closed"); });
    source.addEventListener("error", () => {
      state("waiting");
      // The browser tries again by itself, unless the answer was an error.
      if (source?.readyState === EventSource.CLOSED) {
        end();
        retry = setTimeout(open, 5000);
      }
    });
  }

  function end() {
    source?.close();
    source = null;
  }

  function look() {
    if (document.hidden) end();
    else open();
  }

  document.addEventListener("visibilitychange", look);
  open();
  return {
    close() {
      isClosed = true;
      clearTimeout(retry);
      document.removeEventListener("visibilitychange", look);
      end();
    },
  };
}

/** JSON, or null when it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
