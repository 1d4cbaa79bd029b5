// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Help, and the jump to a container by a few letters of its name.
import { fill, h, iconButton } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { fuzzyFilter } from "../lib/fuzzy.js";
import { go, writeAddress } from "../lib/router.js";
import { oneLine } from "../lib/visible.js";
import { openDialog, stateClass } from "./pieces.js";

const KEYS = [
  ["/", "search"],
  ["j k", "move"],
  ["← →", "cell"],
  ["+ -", "filter"],
  ["Enter", "open"],
  ["Esc", "close"],
  ["t", "time"],
  ["l", "live"],
  ["r", "reload"],
  ["Ctrl-K c", "jump"],
  ["g h", "go_hunt"],
  ["g d", "go_docker"],
  ["g p", "go_posture"],
  ["g e", "go_responses"],
  ["g a", "go_agents"],
  ["g r", "go_rules"],
  ["g l", "go_logtest"],
  ["g s", "go_status"],
  ["?", "help"],
];
const QUERIES = [
  ["rule.level >= 7 and container.name: web*", "range"],
  ["srcip: 10.0.0.0/8", "network"],
  ['"union select"', "text"],
  ["rule.groups: (web or sshd)", "values"],
  ["not data.url: *", "exists"],
];

export function openHelp() {
  if (document.querySelector(".veil")) return;
  const keys = h(
    "dl.keys",
    KEYS.map(([key, name]) =>
      h(
        "div",
        h("dt", t(`keys.${name}`)),
        h(
          "dd",
          key.split(" ").map((each) => [h("kbd.kbd", each), " "]),
        ),
      ),
    ),
  );
  const queries = h(
    "div.query-help",
    QUERIES.map(([query, name]) => [h("code", query), h("span.muted", t(`query_help.${name}`))]),
  );
  const close = openDialog(
    t("help.title"),
    [
      h(
        "div.dialog-head",
        h("h2.grow", t("help.title")),
        iconButton("close", t("close"), () => close()),
      ),
      h("div.dialog-body", { "data-test": "help-overlay" }, keys, queries),
    ],
    { wide: true },
  );
}

/** A list that narrows as one types; Enter goes to the container's page. */
export function openJump(containers) {
  if (document.querySelector(".veil")) return;
  let found = [];
  let at = 0;
  const list = h("div.jump-list", { role: "listbox", id: "jump-list", "aria-label": t("jump.title") });
  const take = (container) => {
    close();
    go(writeAddress("containers", [container.name]));
  };
  const draw = () => {
    found = fuzzyFilter(input.value.trim(), containers, (each) => `${each.name} ${each.image ?? ""}`).slice(
      0,
      40,
    );
    at = Math.min(at, Math.max(found.length - 1, 0));
    fill(
      list,
      found.length === 0
        ? h("p.muted", t("jump.none"))
        : found.map((each, index) =>
            h(
              "button.menu-item",
              {
                type: "button",
                role: "option",
                id: `jump-${index}`,
                tabindex: "-1",
                "aria-selected": String(index === at),
                "data-test": "jump-item",
                on: { click: () => take(each) },
              },
              h("span.dot", { class: stateClass(each.state) }),
              h("span.outside", oneLine(each.name, 80)),
              h("span.end.outside", oneLine(each.image ?? "", 60)),
            ),
          ),
    );
    input.setAttribute("aria-activedescendant", `jump-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const input = h("input.jump-input", {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "jump-list",
    "aria-label": t("jump.title"),
    placeholder: t("jump.placeholder"),
    autocomplete: "off",
    spellcheck: "false",
    "data-test": "jump-input",
    on: {
      input: () => {
        at = 0;
        draw();
      },
      keydown: (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step && found.length > 0) {
          at = (at + step + found.length) % found.length;
          draw();
        } else if (event.key === "Enter" && found[at]) take(found[at]);
        else return;
        event.preventDefault();
      },
    },
  });
  const close = openDialog(t("jump.title"), [input, list]);
  draw();
}
