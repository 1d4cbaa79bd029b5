// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Logtest: paste a line, see what decodes it, which rule takes it, and why others do not.
import { fill, h, icon } from "../lib/dom.js";
import { Latest, isAbort, post, request } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { note, writeAddress } from "../lib/router.js";
import { onKeys } from "../lib/keys.js";
import { bones, empty, problemNotice } from "../ui/pieces.js";
import { resultView } from "../ui/logtest-result.js";

const EXAMPLES = [
  [
    "web",
    '203.0.113.5 - - [23/Nov/2026:10:00:00 +0000] "GET /users/?id=SELECT+*+FROM+users HTTP/1.1" 404 153 "-" "curl/8.5"',
    "docker:web",
  ],
  [
    "sshd",
    "Nov 23 10:00:01 host sshd[99]: Failed password for root from 198.51.100.9 port 4022 ssh2",
    "/var/log/auth.log",
  ],
  [
    "docker",
    '{"integration":"docker","docker":{"Type":"container","Action":"exec_start: bash",'
      + '"Actor":{"Attributes":{"image":"nginx","name":"web"}}}}',
    "Wazuh-Docker",
  ],
];

export class LogtestPage {
  #latest = new Latest();
  #session = null;

  constructor(root) {
    document.title = `${t("nav.logtest")} · Jaga`;
    this.line = h("textarea.input.mono", {
      rows: "6",
      id: "logtest-line",
      "data-test": "logtest-line",
      "aria-label": t("logtest.line"),
      placeholder: t("logtest.placeholder"),
      spellcheck: "false",
      on: {
        keydown: (event) => {
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            this.#send();
          }
        },
      },
    });
    this.location = h("input.input", {
      value: "",
      "data-test": "logtest-location",
      placeholder: "docker:web",
      spellcheck: "false",
    });
    this.keep = h("input", { type: "checkbox", "data-test": "logtest-keep" });
    this.result = h("div.card", { "aria-live": "polite" }, this.#nothing());
    const examples = EXAMPLES.map(([name, line, location]) =>
      h(
        "button.button.small.plain",
        {
          type: "button",
          "data-test": `example-${name}`,
          on: {
            click: () => {
              this.line.value = line;
              this.location.value = location;
              this.#send();
            },
          },
        },
        t(`logtest.example_${name}`),
      ),
    );
    const form = h(
      "form.card.card-body.form",
      {
        on: {
          submit: (event) => {
            event.preventDefault();
            this.#send();
          },
        },
      },
      h("label.field", h("span", t("logtest.line")), this.line),
      h("label.field", h("span", t("logtest.location")), this.location),
      h("label.state-text", this.keep, h("span", t("logtest.keep"))),
      h(
        "div.state-text",
        h(
          "button.button.primary",
          { type: "submit", "data-test": "logtest-submit" },
          icon("logtest"),
          t("logtest.test"),
        ),
        h("span.kbd.hide-small", "Enter"),
      ),
      h("div", h("p.label", t("logtest.examples")), examples),
    );
    fill(
      root,
      h("div.page-head", h("h1", t("nav.logtest")), h("p", t("logtest.text"))),
      h("div.split", form, this.result),
    );
    this.offKeys = onKeys({ "/": () => this.line.focus() });
    this.line.focus();
  }

  update({ params }) {
    if (!params.get("line")) return;
    this.line.value = params.get("line");
    this.location.value = params.get("location") ?? "";
    this.#send();
  }

  stop() {
    this.offKeys();
    this.#latest.stop();
    this.#endSession();
  }

  #nothing() {
    return empty("logtest", t("logtest.empty"), t("logtest.empty_text"));
  }

  #endSession() {
    // The server ends it by itself too; nobody waits for this.
    if (this.#session) request("DELETE", `/logtest/${encodeURIComponent(this.#session)}`).catch(() => {});
    this.#session = null;
  }

  async #send() {
    const line = this.line.value.trim();
    if (line === "") return fill(this.result, this.#nothing());
    note(writeAddress("logtest", [], { line, location: this.location.value.trim() }));
    if (!this.keep.checked) this.#endSession();
    fill(this.result, h("div.card-body", bones(8)));
    try {
      const answer = await this.#ask(line);
      this.#session = answer.session;
      return fill(this.result, h("div.card-body", resultView(answer)));
    } catch (error) {
      return isAbort(error)
        ? undefined
        : fill(
            this.result,
            problemNotice(error, () => this.#send()),
          );
    }
  }

  async #ask(line) {
    const body = { line, location: this.location.value.trim() || undefined };
    const signal = this.#latest.next();
    if (!this.#session) return post("/logtest", body, { signal });
    try {
      return await post("/logtest", { ...body, session: this.#session }, { signal });
    } catch (error) {
      if (error.status !== 404) throw error;
      // The server forgets a session that rests for long: a new one begins.
      return post("/logtest", body, { signal });
    }
  }
}
