// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Sign-in, and the one-time link that sets the first password.
import { fill, h, icon } from "../lib/dom.js";
import { post } from "../lib/api.js";
import { language, languages, t } from "../lib/i18n.js";
import { adviceOf } from "../ui/pieces.js";
import { setLanguage } from "../ui/shell.js";

const SHORTEST = 10;

function gateCard(title, text, form) {
  const foot = h(
    "div.gate-foot",
    h(
      "span",
      languages
        .filter(([code]) => code !== language())
        .map(([code, name]) =>
          h(
            "button",
            {
              type: "button",
              lang: code,
              "data-test": `language-${code}`,
              on: { click: () => setLanguage(code) },
            },
            name,
          ),
        ),
    ),
  );
  return h(
    "div.gate-card",
    h("div.brand", icon("logo"), "Jaga"),
    h("div", h("h1", title), h("p.muted", text)),
    form,
    foot,
  );
}

function message(error) {
  if (error.status === 401) return t("signin.wrong");
  if (error.status === 429) return adviceOf(error);
  return adviceOf(error) || error.message;
}

/** Sends once at a time, and shows what went wrong in `alert`. */
function sending(button, alert, send) {
  return async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(alert);
    try {
      await send();
    } catch (error) {
      fill(alert, h("div.notice.bad", icon("warn"), h("span", message(error))));
    }
    button.disabled = false;
  };
}

export class SignInPage {
  constructor(root, { signedIn }) {
    document.title = `${t("signin.title")} · Jaga`;
    const user = h("input.input", {
      name: "username",
      autocomplete: "username",
      required: true,
      autocapitalize: "off",
      spellcheck: "false",
      value: "admin",
      "data-test": "signin-username",
    });
    const password = h("input.input", {
      type: "password",
      name: "password",
      autocomplete: "current-password",
      required: true,
      "data-test": "signin-password",
    });
    const button = h(
      "button.button.primary",
      { type: "submit", "data-test": "signin-submit" },
      t("signin.button"),
    );
    const alert = h("div", { role: "alert", "data-test": "signin-error" });
    const send = async () => {
      try {
        signedIn(
          await post("/session", { username: user.value, password: password.value }, { quiet401: true }),
        );
      } catch (error) {
        password.value = "";
        password.focus();
        throw error;
      }
    };
    fill(
      root,
      gateCard(
        t("signin.title"),
        t("signin.text"),
        h(
          "form.form",
          { on: { submit: sending(button, alert, send) } },
          h("label.field", h("span", t("signin.user")), user),
          h("label.field", h("span", t("signin.password")), password),
          alert,
          button,
        ),
      ),
    );
    password.focus();
  }
}

export class SetupPage {
  constructor(root, { signedIn }) {
    document.title = `${t("setup.title")} · Jaga`;
    const field = (name) =>
      h("input.input", {
        type: "password",
        autocomplete: "new-password",
        required: true,
        minlength: String(SHORTEST),
        "data-test": name,
      });
    const password = field("setup-password");
    const again = field("setup-again");
    const button = h(
      "button.button.primary",
      { type: "submit", "data-test": "setup-submit" },
      t("setup.button"),
    );
    const alert = h("div", { role: "alert", "data-test": "setup-error" });
    const send = async () => {
      const wrong = passwordMistake(password.value, again.value);
      if (wrong) return fill(alert, h("div.notice.bad", icon("warn"), h("span", wrong)));
      try {
        return signedIn(
          await post("/setup", { token: this.token, password: password.value }, { quiet401: true }),
        );
      } catch (error) {
        if (error.status !== 401) throw error;
        return fill(alert, h("div.notice.bad", icon("warn"), h("span", t("setup.used"))));
      }
    };
    fill(
      root,
      gateCard(
        t("setup.title"),
        t("setup.text", { n: SHORTEST }),
        h(
          "form.form",
          { on: { submit: sending(button, alert, send) } },
          h("input", {
            type: "text",
            autocomplete: "username",
            value: "admin",
            hidden: true,
            readOnly: true,
            "aria-hidden": "true",
          }),
          h("label.field", h("span", t("setup.password")), password),
          h("label.field", h("span", t("setup.again")), again),
          alert,
          button,
        ),
      ),
    );
    password.focus();
  }

  update({ params }) {
    this.token = params.get("token") ?? "";
  }
}

/** What is wrong with a new password, in the reader's language; null for nothing. */
export function passwordMistake(password, again) {
  if (password.length < SHORTEST) return t("setup.too_short", { n: SHORTEST });
  return password === again ? null : t("setup.differ");
}
