// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Small pieces that every page is made of.
import { fill, h, icon } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { bandOf } from "../lib/alerts.js";
import { oneLine } from "../lib/visible.js";
import { onEscape } from "../lib/keys.js";

/** A rule's level in the colour of its band. */
export function levelBadge(level) {
  const band = bandOf(level);
  return h(
    "span",
    { class: `level ${band}`, title: `${t("level")} ${level} · ${t(`band.${band}`)}` },
    String(level),
  );
}

/** Outside text in one line, isolated from what stands beside it. */
export const outside = (text, limit) => h("span.outside", oneLine(text, limit));

export function empty(iconName, title, text, ...more) {
  return h(
    "div.empty",
    { "data-test": "empty" },
    icon(iconName),
    h("h2", title),
    text && h("p", text),
    ...more,
  );
}

const STATES = ["running", "paused", "exited", "restarting", "created", "dead", "removed", "removing"];
/** A class for a container's state; what the engine says is not taken as a name of one of ours. */
export const stateClass = (state) => (STATES.includes(state) ? state : "");

/** Lines that stand for what is being loaded. */
export function bones(count = 6) {
  const lines = Array.from({ length: count }, (_, at) => h("span.bone"));
  lines.forEach((line, at) => {
    line.style.width = `${92 - ((at * 37) % 50)}%`;
    line.style.margin = "10px 0";
  });
  return h("div", { "aria-hidden": "true" }, lines);
}

const BUSY = ["", "too-many-requests", "too-many-streams", "timed-out"];

/** What to do about a problem: the sentence of its code, else of its status, else what the server said. */
export function adviceOf(error) {
  if (error.status === 0) return t("error.unreachable");
  if (error.status === 404) return t("error.not_found");
  if (error.status === 429) return t("error.locked_out", { n: error.retryAfter ?? 60 });
  if (error.status === 503 && BUSY.includes(error.code)) return t("error.busy");
  if (error.status >= 500 && error.status !== 503) return t("error.server");
  return error.hint;
}

export function problemNotice(error, retry) {
  const advice = adviceOf(error);
  return h(
    "div.notice.bad",
    { role: "alert", "data-test": "problem" },
    icon("warn"),
    h(
      "div.grow",
      h("b", error.status === 0 ? t("error.title") : error.message),
      advice && h("p.muted", advice),
    ),
    retry && h("button.button.small", { type: "button", on: { click: retry } }, t("retry")),
  );
}

const live = () => document.getElementById("announcer");
let announced = 0;
/** Said by a screen reader, not more than once in five seconds. */
export function announce(text) {
  if (Date.now() - announced < 5000) return;
  announced = Date.now();
  if (live()) live().textContent = text;
}

export function toast(text) {
  const box = document.getElementById("toasts");
  const note = h("div.toast", { role: "status" }, text);
  box.append(note);
  setTimeout(() => note.remove(), 4000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("copy_failed"));
  }
}

/**
 * Makes `button` open a popover inside `anchor`; `build(close)` makes what is in it. Focus returns to the button.
 */
export function opensPopover(button, anchor, build, classes = "right down") {
  let shut = null;
  button.setAttribute("aria-haspopup", "true");
  button.setAttribute("aria-expanded", "false");
  const open = () => {
    const pop = h("div.popover", { class: classes });
    const close = (refocus = true) => {
      pop.remove();
      off();
      document.removeEventListener("pointerdown", outsideClick, true);
      button.setAttribute("aria-expanded", "false");
      shut = null;
      if (refocus) button.focus();
    };
    const outsideClick = (event) => {
      if (!anchor.contains(event.target)) close(false);
    };
    const off = onEscape(() => close());
    fill(pop, build(close));
    anchor.append(pop);
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outsideClick, true);
    pop.querySelector("input, button, a")?.focus();
    keepInside(pop);
    shut = close;
  };
  button.addEventListener("click", () => (shut ? shut() : open()));
  return { open: () => shut ?? open(), close: () => shut?.(false) };
}

/** Moves a popover so that no side of it is cut off. */
function keepInside(pop) {
  const box = pop.getBoundingClientRect();
  const over = box.right - (document.documentElement.clientWidth - 8);
  if (over > 0) pop.style.marginRight = `${over}px`;
  if (box.left < 8) pop.style.transform = `translateX(${8 - box.left}px)`;
}

/** A dialog over the page; the answer closes it. */
export function openDialog(label, content, { wide = false, classes = "" } = {}) {
  const before = document.activeElement;
  const dialog = h(
    "div.dialog",
    {
      role: "dialog",
      "aria-modal": "true",
      "aria-label": label,
      class: `${wide ? "wide" : ""} ${classes}`,
      tabindex: "-1",
    },
    content,
  );
  const veil = h("div.veil", {}, dialog);
  const close = () => {
    veil.remove();
    off();
    if (before instanceof HTMLElement) before.focus();
  };
  const off = onEscape(close);
  veil.addEventListener("pointerdown", (event) => {
    if (event.target === veil) close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = [...dialog.querySelectorAll("button, input, a, textarea, select")].filter(
      (each) => !each.disabled,
    );
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (all.length > 0 && document.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? all.at(-1) : all[0]).focus();
    }
  });
  document.body.append(veil);
  (dialog.querySelector("input") ?? dialog).focus();
  return close;
}

/** Tabs with arrow keys; `choose(name)` is called for a tab that was chosen. */
export function tabList(label, tabs, chosen, choose) {
  const list = h("div.tabs", { role: "tablist", "aria-label": label });
  const buttons = tabs.map(([name, text]) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${name}`,
        "aria-selected": String(name === chosen),
        "aria-controls": "tab-panel",
        tabindex: name === chosen ? "0" : "-1",
        "data-test": `tab-${name}`,
        on: { click: () => select(name) },
      },
      text,
    ),
  );
  function select(name) {
    tabs.forEach(([each], at) => {
      buttons[at].setAttribute("aria-selected", String(each === name));
      buttons[at].tabIndex = each === name ? 0 : -1;
    });
    choose(name);
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    buttons[at].focus();
    select(tabs[at][0]);
  });
  list.append(...buttons);
  return list;
}
