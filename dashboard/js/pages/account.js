// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Tokens for scripts, and the password.
import { fill, h, icon } from "../lib/dom.js";
import { Latest, get, isAbort, post, request } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { ago, minuteTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, copy, problemNotice, toast } from "../ui/pieces.js";
import { passwordMistake } from "./signin.js";

export class AccountPage {
  #latest = new Latest();
  #tokens = h("div", bones(3));
  #made = h("div");

  constructor(root, session) {
    document.title = `${t("account.title")} · Jaga`;
    fill(
      root,
      h(
        "div.page-head",
        h("h1", t("account.title")),
        h("p.outside", `${oneLine(session.user, 60)} · ${oneLine(session.role ?? "", 40)}`),
      ),
      h("div.stack.narrow", this.#tokenCard(), this.#passwordCard(session)),
    );
  }

  update() {
    this.#load();
  }

  stop() {
    this.#latest.stop();
  }

  #tokenCard() {
    const name = h("input.input", {
      required: true,
      maxlength: "80",
      placeholder: t("tokens.name_example"),
      "data-test": "token-name",
    });
    const days = h("input.input", {
      type: "number",
      min: "1",
      max: "3650",
      value: "90",
      "data-test": "token-days",
    });
    const submit = async (event) => {
      event.preventDefault();
      try {
        const body = { name: name.value.trim() };
        if (days.value) body.expires_days = Number(days.value);
        const made = await post("/tokens", body);
        name.value = "";
        fill(
          this.#made,
          h(
            "div.notice.good",
            h(
              "div.grow",
              h("p", t("tokens.once")),
              h("p.secret", h("span.outside", { "data-test": "token-secret" }, made.token)),
            ),
            h(
              "button.button.small",
              { type: "button", on: { click: () => copy(made.token) } },
              icon("copy"),
              t("copy"),
            ),
          ),
        );
        this.#load();
      } catch (error) {
        fill(this.#made, problemNotice(error));
      }
    };
    return h(
      "section.card",
      { "aria-label": t("tokens.title") },
      h("div.card-head", h("h2", t("tokens.title"))),
      h(
        "div.card-body.stack",
        h("p.muted", t("tokens.text")),
        h(
          "form.searchbar",
          { on: { submit } },
          h("label.field.grow", h("span", t("tokens.name")), name),
          h("label.field", h("span", t("tokens.days")), days),
          h(
            "label.field",
            h("span", " "),
            h("button.button.primary", { type: "submit", "data-test": "token-create" }, t("tokens.create")),
          ),
        ),
        this.#made,
        this.#tokens,
      ),
    );
  }

  async #load() {
    try {
      const { tokens } = await get("/tokens", {}, { signal: this.#latest.next() });
      fill(
        this.#tokens,
        tokens.length === 0
          ? h("p.muted", t("tokens.none"))
          : h(
              "div.table-scroll",
              h(
                "table.table",
                h(
                  "thead",
                  h(
                    "tr",
                    ["name", "created", "expires", "used"].map((each) =>
                      h("th", { scope: "col" }, t(`tokens.${each}`)),
                    ),
                    h("th"),
                  ),
                ),
                h(
                  "tbody",
                  tokens.map((token) => this.#row(token)),
                ),
              ),
            ),
      );
    } catch (error) {
      if (!isAbort(error)) {
        fill(
          this.#tokens,
          problemNotice(error, () => this.#load()),
        );
      }
    }
  }

  #row(token) {
    const revoke = async () => {
      try {
        await request("DELETE", `/tokens/${encodeURIComponent(token.id)}`);
        toast(t("tokens.revoked"));
      } catch (error) {
        fill(this.#made, problemNotice(error));
      }
      this.#load();
    };
    return h(
      "tr",
      { "data-test": "token-row" },
      h("td.outside", oneLine(token.name, 80)),
      h("td", minuteTime(token.created_ms)),
      h("td", token.expires_ms ? minuteTime(token.expires_ms) : t("tokens.never")),
      h("td", token.last_used_ms ? ago(token.last_used_ms) : t("tokens.unused")),
      h(
        "td.end",
        h(
          "button.button.small.danger",
          { type: "button", "data-test": "token-revoke", on: { click: revoke } },
          t("tokens.revoke"),
        ),
      ),
    );
  }

  #passwordCard(session) {
    const field = (name, complete) =>
      h("input.input", { type: "password", required: true, autocomplete: complete, "data-test": name });
    const current = field("password-current", "current-password");
    const fresh = field("password-new", "new-password");
    const again = field("password-again", "new-password");
    const result = h("div", { role: "alert", "data-test": "password-result" });
    const submit = async (event) => {
      event.preventDefault();
      const wrong = passwordMistake(fresh.value, again.value);
      if (wrong) return fill(result, h("div.notice.bad", icon("warn"), wrong));
      try {
        await request("PUT", "/password", {
          body: { current: current.value, password: fresh.value },
          quiet401: true,
        });
        for (const each of [current, fresh, again]) each.value = "";
        return fill(result, h("div.notice.good", icon("check"), t("password.changed")));
      } catch (error) {
        return fill(
          result,
          error.status === 401
            ? h("div.notice.bad", icon("warn"), t("password.wrong"))
            : problemNotice(error),
        );
      }
    };
    return h(
      "section.card",
      { "aria-label": t("password.title") },
      h("div.card-head", h("h2", t("password.title"))),
      h(
        "form.card-body.form",
        { on: { submit } },
        h("input", {
          type: "text",
          autocomplete: "username",
          value: session.user,
          hidden: true,
          readOnly: true,
        }),
        h("label.field", h("span", t("password.current")), current),
        h("label.field", h("span", t("setup.password")), fresh),
        h("label.field", h("span", t("setup.again")), again),
        result,
        h(
          "div",
          h("button.button.primary", { type: "submit", "data-test": "password-submit" }, t("password.title")),
        ),
      ),
    );
  }
}
