// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The tables of the Docker page.
import { h } from "../lib/dom.js";
import { number, t } from "../lib/i18n.js";
import { containerOf, timeOf, valuesOf, verbOf } from "../lib/alerts.js";
import { writeAddress } from "../lib/router.js";
import { ago, fullTime, rowTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { empty, levelBadge, stateClass } from "../ui/pieces.js";

const STATES = ["running", "restarting", "paused", "created", "exited", "dead", "removed"];
const MOST = 300;

/** `443→8443/tcp`: what is reachable from where. */
export function portText({ ip, public: open, private: inner, type }) {
  const everywhere = ip === "0.0.0.0" || ip === "::" || !ip;
  return open ? `${everywhere ? "" : `${ip}:`}${open}→${inner}/${type}` : `${inner}/${type}`;
}

export function containerTable(containers, typed) {
  const wanted = typed.trim().toLowerCase();
  const fits = (each) =>
    wanted === "" ||
    [each.name, each.image, each.state, each.compose?.project].some((text) =>
      String(text ?? "")
        .toLowerCase()
        .includes(wanted),
    );
  const found = containers
    .filter(fits)
    .sort(
      (a, b) =>
        STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
        b.alerts.count - a.alerts.count ||
        (a.name < b.name ? -1 : 1),
    );
  if (containers.length === 0) {
    return empty(
      "docker",
      t("docker.no_containers"),
      t("docker.no_containers_text"),
      h("pre", "docker run -d --name web -p 8080:80 nginx"),
    );
  }
  if (found.length === 0) return empty("hunt", t("docker.no_match"), "");
  const heads = ["state", "container", "image", "ports", "alerts", "latest"];
  return h(
    "table.table.fixed.containers",
    { "data-test": "containers" },
    h(
      "thead",
      h(
        "tr",
        heads.map((name) =>
          h("th", { scope: "col", class: name === "alerts" ? "end" : "" }, t(`docker.${name}`)),
        ),
      ),
    ),
    h(
      "tbody",
      found.slice(0, MOST).map((each) => containerRow(each)),
    ),
  );
}

function containerRow(container) {
  const { alerts } = container;
  const ports = [...new Set((container.ports ?? []).map(portText))].join(", ");
  return h(
    "tr",
    { "data-test": "container-row", "data-name": oneLine(container.name, 120) },
    h(
      "td.nowrap",
      h(
        "span.state-text",
        { title: oneLine(container.status ?? "", 120) },
        h("span.dot", { class: stateClass(container.state) }),
        STATES.includes(container.state) ? t(`state.${container.state}`) : oneLine(container.state, 30),
      ),
    ),
    h(
      "td.cut",
      h(
        "a.strong.outside",
        { href: writeAddress("containers", [container.name]) },
        oneLine(container.name, 80),
      ),
      container.compose && h("div.muted.outside", oneLine(container.compose.project, 60)),
    ),
    h("td.cut.outside", oneLine(container.image ?? "", 120)),
    h("td.mono.muted.cut.outside", oneLine(ports, 120)),
    h(
      "td.end.nowrap",
      alerts.count > 0
        ? h("span.state-text", number(alerts.count), levelBadge(alerts.highest_level))
        : h("span.muted", "0"),
    ),
    h(
      "td.cut",
      alerts.latest
        ? [
            h("div.outside.cut", oneLine(alerts.latest.rule?.description ?? "", 200)),
            h("div.muted", { title: fullTime(timeOf(alerts.latest)) }, ago(timeOf(alerts.latest))),
          ]
        : h("span.muted", "–"),
    ),
  );
}

export function eventTable(alerts) {
  if (alerts.length === 0) {
    return empty(
      "docker",
      t("docker.no_events"),
      t("docker.no_events_text"),
      h("pre", "docker pause web && docker unpause web"),
    );
  }
  const heads = ["time", "kind", "action", "what", "level"];
  return h(
    "table.table.fixed.events-table",
    { "data-test": "docker-events" },
    h(
      "thead",
      h(
        "tr",
        heads.map((name) => h("th", { scope: "col" }, t(`docker.${name}`))),
      ),
    ),
    h(
      "tbody",
      alerts.map((alert) => eventRow(alert)),
    ),
  );
}

function eventRow(alert) {
  const container = containerOf(alert);
  const action = valuesOf(alert, "data.docker.Action")[0] ?? "";
  return h(
    "tr",
    { "data-test": "docker-event-row" },
    h("td.muted.nowrap", rowTime(timeOf(alert))),
    h("td.outside", oneLine(alert.data?.docker?.Type ?? "", 40)),
    h("td.mono.outside.nowrap", oneLine(verbOf(action), 60)),
    h(
      "td",
      h(
        "a.outside",
        {
          href: writeAddress("hunt", [], {
            filters: container === null ? ["+rule.groups:docker"] : [`+container:${container}`],
            alert: alert.id,
          }),
        },
        oneLine(alert.rule?.description ?? "", 240),
      ),
    ),
    h("td", levelBadge(alert.rule?.level ?? 0)),
  );
}
