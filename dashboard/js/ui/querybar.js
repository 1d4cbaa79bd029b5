// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The query bar: completion of fields, values and operators; a mistake shown under its column.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { Latest, get, isAbort } from "../lib/api.js";
import { applyCompletion, completionAt, matchingFields, writtenValue } from "../lib/completion.js";
import { compact, t } from "../lib/i18n.js";
import { fullName } from "../lib/alerts.js";
import { fieldName } from "../lib/query.js";
import { oneLine, visible } from "../lib/visible.js";

const knownFields = new Map();
/** The fields that alerts, or the events of the archives, have; asked for once in five minutes. */
export async function loadFields(record = "/alerts") {
  let known = knownFields.get(record);
  if (!known || Date.now() - known.at > 300_000) {
    const { fields } = await get(record === "/alerts" ? "/fields" : `${record}/fields`);
    known = { at: Date.now(), fields };
    knownFields.set(record, known);
  }
  return known.fields;
}

const OPERATORS = [
  [":", "is"],
  [">=", "at_least"],
  ["<=", "at_most"],
  [">", "more"],
  ["<", "less"],
  [": *", "exists"],
];

export class QueryBar {
  #list = h("div.popover", {
    role: "listbox",
    id: "suggestions",
    hidden: true,
    "aria-label": t("query.suggestions"),
  });
  #error = h("div.query-error", { role: "alert", hidden: true, "data-test": "query-error" });
  #latest = new Latest();
  #timer = 0;
  #choices = [];
  #at = -1;
  #isAsking = false;
  #place = null;

  /**
   * `submit(text)` when the query is to be asked; `range()` is the time in which values are looked up, `record()` the
   * route of what is searched.
   */
  constructor({ submit, range, record }) {
    this.record = record;
    this.submit = submit;
    this.range = range;
    this.input = h("input.input", {
      type: "text",
      id: "query",
      "data-test": "query",
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": "suggestions",
      "aria-autocomplete": "list",
      "aria-label": t("query.label"),
      placeholder: t("query.placeholder"),
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "search",
      on: {
        input: () => this.#soon(120),
        focus: () => this.#soon(0),
        blur: () => this.#close(),
        keydown: (event) => this.#key(event),
        click: () => this.#soon(0),
      },
    });
    this.#clear = iconButton(
      "close",
      t("query.clear"),
      () => {
        this.input.value = "";
        this.input.focus();
        this.#send();
      },
      { hidden: true, "data-test": "query-clear" },
    );
    this.#slash = h("span.kbd", { "aria-hidden": "true" }, "/");
    this.element = h(
      "form.query",
      {
        role: "search",
        on: {
          submit: (event) => {
            event.preventDefault();
            this.#send();
          },
        },
      },
      icon("hunt"),
      this.input,
      this.#clear,
      this.#slash,
      this.#list,
      this.#error,
    );
  }

  #clear;
  #slash;

  get text() {
    return this.input.value;
  }

  show(text) {
    if (document.activeElement !== this.input || this.input.value.trim() !== text.trim()) {
      this.input.value = text;
    }
    this.#decorate();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Shows a problem with the query; null takes it away. `shift` is how far the typed part was moved. */
  showError(problem, shift = 0) {
    this.#error.hidden = !problem;
    this.input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (!problem) return fill(this.#error);
    const text = this.input.value;
    const column =
      problem.column === null ? null : Math.min(Math.max(problem.column - shift, 1), text.length + 1);
    const characters = [...text];
    const pointer =
      column !== null &&
      h(
        "pre",
        h("span", visible(characters.slice(0, column - 1).join(""))),
        h("span.mark", visible(characters[column - 1] ?? "␣")),
        h("span", visible(characters.slice(column).join(""))),
        "\n",
        h("span.mark", `${" ".repeat(column - 1)}↑`),
      );
    return fill(
      this.#error,
      pointer,
      h(
        "p",
        h("b", column === null ? problem.message : t("query.column", { n: column, text: problem.message })),
        problem.hint && `  ${problem.hint}`,
      ),
    );
  }

  #send() {
    this.#close();
    this.#decorate();
    this.submit(this.input.value.trim());
  }

  #decorate() {
    this.#clear.hidden = this.input.value === "";
    this.#slash.hidden = this.input.value !== "";
  }

  #soon(delay) {
    this.#decorate();
    clearTimeout(this.#timer);
    this.#isAsking = true;
    this.#timer = setTimeout(() => this.#suggest(), delay);
  }

  async #suggest() {
    if (document.activeElement !== this.input) return this.#close();
    const place = completionAt(this.input.value, this.input.selectionStart ?? this.input.value.length);
    const signal = this.#latest.next();
    try {
      const choices = await this.#choicesFor(place, signal);
      if (!signal.aborted) this.#open(place, choices);
    } catch (error) {
      if (!isAbort(error)) this.#close();
    }
  }

  async #choicesFor(place, signal) {
    if (place.kind === "operator") {
      return OPERATORS.map(([sign, name]) => ({
        text: sign,
        write: sign === ":" ? ": " : `${sign} `,
        note: t(`operator.${name}`),
        kind: "operator",
      }));
    }
    if (place.kind === "connective") {
      if (this.input.value.trim() === "") return [];
      const wanted = place.prefix.toLowerCase();
      return ["and", "or", "and not"]
        .filter((word) => word.startsWith(wanted) && word !== wanted)
        .map((word) => ({ text: word, write: `${word} `, kind: "connective" }));
    }
    if (place.kind === "field") {
      const fields = matchingFields(await loadFields(this.record()), place.prefix);
      return fields.map((field) => ({
        text: field.name,
        write: `${fieldName(field.name)}: `,
        note: t(`kind.${field.kind}`),
        kind: "field",
      }));
    }
    const { from, to } = this.range();
    const field = fullName(place.field);
    if (field === "timestamp" || field.includes("*")) return [];
    const answer = await get(
      `${this.record()}/top`,
      { field, prefix: place.prefix, size: 12, from, to },
      { signal },
    );
    return answer.values.map(({ value, count }) => ({
      text: oneLine(value, 160),
      write: `${writtenValue(value)} `,
      note: compact(count),
      kind: "value",
    }));
  }

  #open(place, choices) {
    if (choices.length === 0 || document.activeElement !== this.input) return this.#close();
    this.#isAsking = false;
    this.#place = place;
    this.#choices = choices;
    this.#at = -1;
    fill(
      this.#list,
      choices.map((choice, at) =>
        h(
          "div.suggestion",
          {
            role: "option",
            id: `suggestion-${at}`,
            "aria-selected": "false",
            "data-test": "suggestion",
            on: {
              pointerdown: (event) => {
                event.preventDefault();
                this.#take(at);
              },
            },
          },
          h("span.kind", { class: choice.kind }),
          h("span.outside", choice.text),
          choice.note && h("span.end", choice.note),
        ),
      ),
    );
    this.#list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  #close() {
    clearTimeout(this.#timer);
    this.#latest.stop();
    this.#isAsking = false;
    this.#list.hidden = true;
    this.#choices = [];
    this.#at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const count = this.#choices.length;
    // Suggestions that are still asked for are refused by Escape too; one stays in the query.
    if (event.key === "Escape" && (count > 0 || this.#isAsking)) {
      this.#close();
      event.preventDefault();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      this.#move(
        (this.#at +
          (event.key === "ArrowDown" ? 1 : -1) +
          count +
          (this.#at < 0 && event.key === "ArrowUp" ? 1 : 0)) %
          count,
      );
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      this.#soon(0);
    } else if (
      (event.key === "Enter" && this.#at >= 0) ||
      (event.key === "Tab" && count > 0 && !event.shiftKey)
    ) {
      this.#take(Math.max(this.#at, 0));
      event.preventDefault();
    }
  }

  #move(at) {
    this.#at = at;
    [...this.#list.children].forEach((each, other) =>
      each.setAttribute("aria-selected", String(other === at)),
    );
    this.#list.children[at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `suggestion-${at}`);
  }

  #take(at) {
    const { text, caret } = applyCompletion(this.input.value, this.#place, this.#choices[at].write);
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.#soon(0);
  }
}
