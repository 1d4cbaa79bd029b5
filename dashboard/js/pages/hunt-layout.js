// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Where the pieces of Threat Hunting stand on the page.
import { fill, h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

/** Puts the page's pieces into `root`; the answer has what is below the figures, and what must end with the page. */
export function layOut(root, page) {
  const { bar, panels, grid } = page;
  const toolbar = h(
    "div.toolbar",
    h(
      "div.toolbar-row",
      bar.element,
      page.switch.element,
      page.scope.element,
      page.picker.element,
      h("div.anchor", page.live.button),
    ),
    page.chips,
  );
  const results = h(
    "section.card.results",
    { "aria-label": t("hunt.results") },
    h("div.results-head", page.count, page.tools.elements),
    page.pill.element,
    grid.element,
  );
  const body = h("div.hunt-body", panels.facets, results);
  fill(
    root,
    h("h1.unseen", t("nav.hunt")),
    toolbar,
    page.notice,
    panels.strip,
    panels.chartCard,
    body,
    page.detail.element,
  );
  // The table's head stays below the tool bar, however high that is.
  const resized = new ResizeObserver(() => {
    body.style.setProperty("--grid-top", `${toolbar.offsetHeight}px`);
  });
  resized.observe(toolbar);
  return { body, resized };
}
