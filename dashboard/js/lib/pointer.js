// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Nothing is put in the place of what is just being clicked.

let isDown = false;
let waiting = [];

function release() {
  isDown = false;
  // After the click that follows the release.
  setTimeout(() => {
    const runs = waiting;
    waiting = [];
    for (const run of runs) run();
  });
}

/** Fulfilled as soon as no button of the mouse is pressed. */
export function released() {
  return isDown ? new Promise((resolve) => { waiting.push(resolve); }) : Promise.resolve();
}

export function startPointer() {
  addEventListener("pointerdown", () => { isDown = true; }, true);
  for (const name of ["pointerup", "pointercancel", "blur", "dragend"]) addEventListener(name, release, true);
}
