// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The control in the head of a page that narrows it to one agent or one group.
import { fill, h, icon } from "../lib/dom.js";
import { get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { hostGroups, readScope, writeScope } from "../lib/scope.js";
import { oneLine } from "../lib/visible.js";
import { opensPopover } from "./pieces.js";

const SHOWN = 40;

export class Scope {
  #value = "";
  #agents = [];
  #popover;

  /** `changed` is given the new value: an agent's id, `@group`, or nothing for all. */
  constructor(changed) {
    this.changed = changed;
    this.label = h("span.outside.nowrap");
    this.button = h(
      "button.button",
      { type: "button", "data-test": "scope" },
      icon("agents"),
      this.label,
      icon("chevron"),
    );
    // Without agents there is nothing to choose from.
    this.element = h("div.anchor", { hidden: true }, this.button);
    this.#popover = opensPopover(this.button, this.element, (close) => this.#build(close));
    this.show("");
    this.#load();
  }

  open() {
    if (!this.element.hidden) this.#popover.open();
  }

  show(value) {
    this.#value = readScope(value);
    this.label.textContent = this.#name();
    this.button.setAttribute("aria-label", `${t("scope.title")}: ${this.label.textContent}`);
    this.#reveal();
  }

  async #load() {
    try {
      this.#agents = (await get("/agents")).agents;
    } catch {
      // Without the list a choice that stands in the address still counts.
    }
    this.show(this.#value);
  }

  #reveal() {
    this.element.hidden = this.#agents.length === 0 && this.#value === "";
  }

  #name() {
    const value = this.#value;
    if (value === "") return t("scope.all");
    if (value.startsWith("@")) return oneLine(value.slice(1), 40);
    const agent = this.#agents.find((each) => each.id === value);
    return oneLine(agent?.name ?? value, 40);
  }

  #choices() {
    return [
      { value: "", text: t("scope.all"), end: "" },
      ...hostGroups(this.#agents).map((name) => ({ value: writeScope({ group: name }), text: name, end: t("scope.group") })),
      { value: "000", text: t("scope.manager"), end: "000" },
      ...this.#agents.map((each) => ({ value: each.id, text: each.name, end: each.id })),
    ];
  }

  #build(close) {
    const list = h("div.scope-list", { role: "group", "aria-label": t("scope.title") });
    const draw = () => {
      const wanted = search.value.trim().toLowerCase();
      const found = this.#choices().filter((each) => `${each.text} ${each.end}`.toLowerCase().includes(wanted));
      fill(
        list,
        found.slice(0, SHOWN).map((each) =>
          h(
            "button.menu-item",
            {
              type: "button",
              "data-test": `scope-${each.value || "all"}`,
              "aria-selected": String(each.value === this.#value),
              on: {
                click: () => {
                  close();
                  this.changed(each.value);
                },
              },
            },
            h("span.outside", oneLine(each.text, 60)),
            h("span.end", each.end),
          ),
        ),
        found.length > SHOWN && h("p.muted", t("more", { n: found.length - SHOWN })),
      );
    };
    const search = h("input.input", {
      type: "search",
      placeholder: t("scope.search"),
      "aria-label": t("scope.search"),
      "data-test": "scope-search",
      spellcheck: "false",
      on: { input: draw },
    });
    draw();
    return [search, list];
  }
}
