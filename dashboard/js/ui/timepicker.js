// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The stretch of time: quick ranges, or from and to as words or from a calendar.
import { fill, h, icon } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { endsNow, localInput, quickRanges, rangeLabel, readTime } from "../lib/time.js";
import { opensPopover } from "./pieces.js";

export class TimePicker {
  #label = h("span.nowrap");
  #range = { from: "", to: "now" };

  constructor(changed) {
    this.changed = changed;
    this.button = h(
      "button.button",
      { type: "button", "data-test": "time-picker", id: "time-picker" },
      icon("clock"),
      this.#label,
      icon("chevron"),
    );
    this.element = h("div.anchor", this.button);
    this.#popover = opensPopover(
      this.button,
      this.element,
      (close) => this.#build(close),
      "right down time-pop",
    );
  }

  #popover;

  open() {
    this.#popover.open();
  }

  show(from, to) {
    this.#range = { from, to };
    fill(this.#label, rangeLabel(from, to));
    this.button.setAttribute("aria-label", `${t("time.title")}: ${this.#label.textContent}`);
  }

  #build(close) {
    const { from, to } = this.#range;
    const take = (newFrom, newTo) => {
      close();
      this.changed(newFrom, newTo);
    };
    const quick = quickRanges.map(([a, b]) =>
      h(
        "button.menu-item",
        {
          type: "button",
          "data-test": `time-${a || "all"}`,
          "aria-selected": String(a === from && endsNow(to)),
          on: { click: () => take(a, b) },
        },
        rangeLabel(a, b),
      ),
    );
    return [h("div.time-quick", { role: "group", "aria-label": t("time.quick") }, quick), this.#form(take)];
  }

  #form(take) {
    const wrong = h("p", { role: "alert" });
    const fields = ["from", "to"].map((name) => {
      const text = h("input.input", {
        value: this.#range[name] || (name === "to" ? "now" : ""),
        spellcheck: "false",
        autocomplete: "off",
        "data-test": `time-${name}`,
        placeholder: name === "from" ? "now-6h" : "now",
      });
      const ms = readTime(text.value);
      const calendar = h("input.input", {
        type: "datetime-local",
        step: "1",
        "aria-label": t(`time.${name}`),
        value: ms === null ? "" : localInput(ms),
        on: {
          input: () => {
            if (calendar.value) text.value = new Date(calendar.value).toISOString();
          },
        },
      });
      return {
        text,
        row: h(
          "div.pair",
          h("label.field", h("span", t(`time.${name}`)), text),
          h("label.field", h("span", " "), calendar),
        ),
      };
    });
    const submit = (event) => {
      event.preventDefault();
      const [from, to] = fields.map((each) => each.text.value.trim());
      const bad = [from, to].find((each) => each !== "" && readTime(each) === null);
      if (bad !== undefined) return fill(wrong, t("time.wrong", { value: bad }));
      if (from && to && readTime(from) >= readTime(to)) return fill(wrong, t("time.order"));
      return take(from, to || "now");
    };
    return h(
      "form.time-form",
      { on: { submit } },
      fields.map((each) => each.row),
      wrong,
      h("button.button.primary", { type: "submit", "data-test": "time-apply" }, t("apply")),
    );
  }
}
