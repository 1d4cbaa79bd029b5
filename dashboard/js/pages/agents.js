// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Agents: who reports to this manager, how they stand, and how another one joins.
import { fill, h, icon } from "../lib/dom.js";
import { get, isAbort, Latest, post, request } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { writeAddress } from "../lib/router.js";
import { ago, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones, copy, empty, problemNotice, toast } from "../ui/pieces.js";

const EVERY_MS = 5000;
const MOST = 500;
const STATES = ["active", "pending", "disconnected", "never_connected"];
const DOTS = { active: "running", pending: "restarting", disconnected: "dead", never_connected: "created" };

/** Where all alerts of an agent are. */
export const agentAlerts = (id) => writeAddress("hunt", [], { q: `agent.id: "${id.replace(/["\\]/g, "")}"` });

export class AgentsPage {
  #latest = new Latest();
  #timer = 0;
  #agents = [];
  #group = "";

  constructor(root, session) {
    document.title = `${t("nav.agents")} · Jaga`;
    this.isAdministrator = session.role === "administrator";
    this.head = h("p", { "data-test": "agents-head" });
    this.notice = h("div");
    this.made = h("div");
    this.search = h("input.input", {
      type: "search",
      placeholder: t("agents.search"),
      "aria-label": t("agents.search"),
      "data-test": "agents-search",
      spellcheck: "false",
      on: { input: () => this.#draw() },
    });
    this.list = h("div.card", h("div.card-body", bones(6)));
    fill(
      root,
      h("div.page-head", h("h1", t("nav.agents")), this.head),
      this.notice,
      this.isAdministrator && this.#joinCard(),
      h("form.searchbar", { role: "search", on: { submit: (event) => event.preventDefault() } }, this.search),
      this.list,
    );
  }

  update({ params }) {
    this.#group = params.get("group") ?? "";
    this.#load();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#latest.stop();
  }

  #joinCard() {
    const group = h("input.input", { "data-test": "agents-group", spellcheck: "false", maxlength: "128" });
    const submit = async (event) => {
      event.preventDefault();
      try {
        const groups = group.value.split(/[\s,]+/).filter(Boolean);
        const { command } = await post("/agents/tokens", { groups, host: location.hostname });
        fill(
          this.made,
          h(
            "div.notice.good",
            h(
              "div.grow",
              h("p", t("agents.once")),
              h("p.secret", h("span.outside", { "data-test": "agents-command" }, command)),
            ),
            h(
              "button.button.small",
              { type: "button", on: { click: () => copy(command) } },
              icon("copy"),
              t("copy"),
            ),
          ),
        );
      } catch (error) {
        fill(this.made, problemNotice(error));
      }
    };
    return h(
      "section.card",
      { "aria-label": t("agents.join") },
      h("div.card-head", h("h2", t("agents.join"))),
      h(
        "div.card-body.stack",
        h("p.muted", t("agents.join_text")),
        h(
          "form.searchbar",
          { on: { submit } },
          h("label.field.grow", h("span", t("agents.groups")), group),
          h(
            "label.field",
            h("span", " "),
            h("button.button.primary", { type: "submit", "data-test": "agents-token" }, t("agents.token")),
          ),
        ),
        this.made,
      ),
    );
  }

  async #load() {
    clearTimeout(this.#timer);
    try {
      if (!document.hidden) {
        const { agents } = await get("/agents", {}, { signal: this.#latest.next() });
        await released();
        this.#agents = agents;
        this.#draw();
        fill(this.notice);
      }
    } catch (error) {
      if (isAbort(error)) return;
      fill(
        this.notice,
        problemNotice(error, () => this.#load()),
      );
    }
    this.#timer = setTimeout(() => this.#load(), EVERY_MS);
  }

  #draw() {
    const active = this.#agents.filter((each) => each.state === "active").length;
    this.head.textContent = t("agents.count", { all: number(this.#agents.length), active: number(active) });
    const wanted = this.search.value.trim().toLowerCase();
    const found = this.#agents
      .filter((each) => this.#group === "" || each.groups.includes(this.#group))
      .filter((each) =>
        [each.id, each.name, each.address, each.version, each.system, each.state, ...each.groups].some(
          (text) => text.toLowerCase().includes(wanted),
        ),
      )
      .sort((a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state) || (a.name < b.name ? -1 : 1));
    if (found.length === 0) {
      fill(
        this.list,
        this.#agents.length === 0
          ? empty("agents", t("agents.none"), t("agents.none_text"), h("pre", "jaga manager token create"))
          : empty("hunt", t("agents.no_match"), ""),
      );
      return;
    }
    const heads = ["state", "agent", "address", "groups", "version", "seen", "waiting"];
    fill(
      this.list,
      h(
        "div.table-scroll",
        h(
          "table.table",
          { "data-test": "agents" },
          h(
            "thead",
            h(
              "tr",
              heads.map((name) => h("th", { scope: "col" }, t(`agents.${name}`))),
              h("th"),
            ),
          ),
          h(
            "tbody",
            found.slice(0, MOST).map((each) => this.#row(each)),
          ),
        ),
      ),
    );
  }

  #row(agent) {
    const state = STATES.includes(agent.state) ? t(`agents.${agent.state}`) : oneLine(agent.state, 30);
    return h(
      "tr",
      { "data-test": "agent-row", "data-name": oneLine(agent.name, 120) },
      h("td.nowrap", h("span.state-text", h("span.dot", { class: DOTS[agent.state] ?? "" }), state)),
      h(
        "td",
        h("a.strong.outside", { href: agentAlerts(agent.id) }, oneLine(agent.name, 80)),
        h("div.muted", agent.id, agent.kind === "wazuh" ? " · Wazuh" : ""),
      ),
      h("td.mono.outside", oneLine(agent.address || "–", 60)),
      h(
        "td",
        agent.groups.map((group) => [
          h("a.outside", { href: writeAddress("agents", [], { group }) }, oneLine(group, 60)),
          " ",
        ]),
      ),
      h(
        "td",
        h("div.outside", oneLine(agent.version || "–", 40)),
        h("div.muted.outside", oneLine(agent.system, 60)),
      ),
      h(
        "td.nowrap",
        agent.last_seen_ms
          ? h("span", { title: fullTime(agent.last_seen_ms) }, ago(agent.last_seen_ms))
          : h("span.muted", "–"),
      ),
      h(
        "td.nowrap",
        agent.waiting_events === null ? h("span.muted", "–") : number(agent.waiting_events),
        agent.lag_seconds >= 1 && h("div.muted", t("agents.lag", { seconds: number(Math.round(agent.lag_seconds)) })),
      ),
      h("td.end.nowrap", this.isAdministrator && this.#acts(agent)),
    );
  }

  #acts(agent) {
    const act = async (method, path, done) => {
      try {
        await request(method, path);
        toast(t(done, { name: oneLine(agent.name, 60) }));
      } catch (error) {
        fill(this.made, problemNotice(error));
      }
      this.#load();
    };
    const path = `/agents/${encodeURIComponent(agent.id)}`;
    // Two presses take an agent out: the first one asks.
    const remove = h(
      "button.button.small.danger",
      { type: "button", "data-test": "agent-remove", on: { click: () => confirm() } },
      t("agents.remove"),
    );
    let asked = false;
    const confirm = () => {
      if (asked) return act("DELETE", path, "agents.removed");
      asked = true;
      remove.textContent = t("agents.really");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#load(), EVERY_MS);
      return undefined;
    };
    return [
      h(
        "button.button.small",
        {
          type: "button",
          "data-test": "agent-restart",
          on: { click: () => act("POST", `${path}/restart`, "agents.restarting") },
        },
        t("agents.restart"),
      ),
      " ",
      remove,
    ];
  }
}
