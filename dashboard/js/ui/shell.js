// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The frame around every page: navigation, containers, account menu, help and jump.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { get, request } from "../lib/api.js";
import { languages, language, t } from "../lib/i18n.js";
import { onKeys } from "../lib/keys.js";
import { released } from "../lib/pointer.js";
import { preference, setPreference } from "../lib/prefs.js";
import { go, writeAddress } from "../lib/router.js";
import { oneLine } from "../lib/visible.js";
import { openHelp, openJump } from "./dialogs.js";
import { levelBadge, opensPopover, stateClass } from "./pieces.js";

const PAGES = [
  ["hunt", "hunt", "h"],
  ["docker", "docker", "d"],
  ["posture", "check", "p"],
  ["responses", "responses", "e"],
  ["agents", "agents", "a"],
  ["vulnerabilities", "warn", "v"],
  ["rules", "rules", "r"],
  ["logtest", "logtest", "l"],
  ["status", "status", "s"],
];
/** Those whose name is too long for the row of a phone. */
const SHORTENED = new Set(["hunt", "responses", "vulnerabilities", "logtest"]);
const LISTED = 14;
const EVERY_MS = 15_000;

export class Shell {
  #containers = h("div.nav.side-list", { "data-test": "side-containers" });
  #timer = 0;
  #known = [];

  constructor(session, signedOut) {
    this.session = session;
    this.signedOut = signedOut;
    this.content = h("main.page", { id: "content", tabindex: "-1" });
    this.links = new Map(
      PAGES.map(([name, sign]) => [
        name,
        h(
          "a",
          { href: writeAddress(name), "data-test": `nav-${name}`, "aria-label": t(`nav.${name}`) },
          icon(sign),
          h("span.long", t(`nav.${name}`)),
          h("span.short", { "aria-hidden": "true" }, t(SHORTENED.has(name) ? `nav.${name}_short` : `nav.${name}`)),
        ),
      ]),
    );
    const side = h(
      "nav.side",
      { "aria-label": t("nav.title") },
      h("div.brand", icon("logo"), "Jaga", h("span.host.outside", { id: "host" })),
      h("div.nav", [...this.links.values()]),
      h(
        "div.side-containers",
        h(
          "div.side-title",
          t("nav.containers"),
          iconButton("hunt", `${t("jump.title")} (Ctrl-K)`, () => this.#jump(), {
            class: "tiny",
            "data-test": "jump-open",
          }),
        ),
        this.#containers,
      ),
      this.#foot(),
    );
    const skip = h(
      "a.skip",
      {
        href: "#/skip",
        on: {
          click: (event) => {
            event.preventDefault();
            this.content.focus();
          },
        },
      },
      t("nav.skip"),
    );
    this.element = h(
      "div.shell",
      skip,
      side,
      this.content,
      h("div.toasts", { id: "toasts" }),
      h("div.unseen", { id: "announcer", "aria-live": "polite", "data-test": "announcer" }),
    );
    const keys = { "?": () => openHelp(), c: () => this.#jump(), "Ctrl+k": () => this.#jump() };
    for (const [name, , letter] of PAGES) keys[`g ${letter}`] = () => go(writeAddress(name));
    this.offKeys = onKeys(keys);
    this.#load();
  }

  #foot() {
    const help = h(
      "button.nav-item.only-wide",
      { type: "button", "data-test": "help", on: { click: openHelp } },
      icon("help"),
      h("span", t("help.title")),
      h("span.kbd.end", "?"),
    );
    const account = h(
      "button.nav-item",
      { type: "button", "data-test": "account", "aria-label": `${t("account.title")}: ${this.session.user}` },
      icon("user"),
      h("span.outside", oneLine(this.session.user, 40)),
    );
    const anchor = h("div.anchor", account);
    opensPopover(account, anchor, (close) => this.#menu(close), "up");
    return h("div.side-foot", help, anchor);
  }

  #menu(close) {
    const item = (sign, text, name, run, end) =>
      h(
        "button.menu-item",
        {
          type: "button",
          "data-test": name,
          on: {
            click: () => {
              close(false);
              run();
            },
          },
        },
        icon(sign),
        text,
        end && h("span.end", end),
      );
    const theme = preference("theme", "system");
    const themes = [
      ["system", "panel"],
      ["light", "sun"],
      ["dark", "moon"],
    ].map(([name, sign]) =>
      item(sign, t(`theme.${name}`), `theme-${name}`, () => setTheme(name), theme === name && "✓"),
    );
    const tongues = languages.map(([code, name]) =>
      item("globe", name, `language-${code}`, () => setLanguage(code), language() === code && "✓"),
    );
    const line = () => h("div.menu-line", { role: "separator" });
    return [
      item("key", t("account.open"), "account-open", () => go(writeAddress("account"))),
      line(),
      ...themes,
      line(),
      ...tongues,
      line(),
      item("out", t("account.sign_out"), "sign-out", () => this.#signOut()),
    ];
  }

  async #signOut() {
    try {
      await request("DELETE", "/session", { quiet401: true });
    } catch {
      // Whatever the server says, this page shows nothing more.
    }
    this.signedOut();
  }

  #jump() {
    openJump(this.#known);
  }

  async #load() {
    try {
      if (!document.hidden) {
        const { containers } = await get("/containers");
        await released();
        this.#known = containers;
        const rank = (each) => (each.state === "running" ? 0 : 1) * 100 - each.alerts.highest_level;
        const sorted = [...containers]
          .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
          .slice(0, LISTED);
        fill(
          this.#containers,
          sorted.length > 0
            ? sorted.map((each) => this.#containerLink(each))
            : h("span.nav-item", t("docker.no_containers")),
        );
      }
    } catch {
      // The page itself tells that the server is away; the list stays as it was.
    }
    this.#timer = setTimeout(() => this.#load(), EVERY_MS);
  }

  #containerLink(container) {
    const name = oneLine(container.name, 80);
    const level = container.alerts.highest_level;
    return h(
      "a",
      { href: writeAddress("containers", [container.name]), title: `${name} · ${container.status}` },
      h("span.dot", { class: stateClass(container.state) }),
      h("span.name.outside", name),
      level >= 7 && levelBadge(level),
    );
  }

  clear() {
    fill(this.content);
    this.element.classList.remove("with-detail");
  }

  mark(name) {
    const current = name === "containers" ? "docker" : name;
    for (const [each, link] of this.links) {
      if (each === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.offKeys();
  }
}

export function setTheme(name) {
  setPreference("theme", name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  dispatchEvent(new Event("jaga-theme"));
}

export function setLanguage(code) {
  setPreference("language", code);
  dispatchEvent(new Event("jaga-language"));
}
