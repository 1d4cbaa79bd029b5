// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// A plain script in the head: the chosen theme must be known before the first paint.
try {
  const theme = JSON.parse(localStorage.getItem("jaga.theme"));
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage refused or damaged: the system's theme.
}
