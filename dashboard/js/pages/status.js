// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Status: how every part stands, looked at every few seconds.
import { fill, h, icon } from "../lib/dom.js";
import { get } from "../lib/api.js";
import { bytes, compact, number, t } from "../lib/i18n.js";
import { released } from "../lib/pointer.js";
import { ago, minuteTime, stretch } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { bones } from "../ui/pieces.js";
import { Poll } from "../ui/poll.js";
import { OutputsCard } from "./status-outputs.js";

const ORDER = ["failed", "waiting", "starting", "connected", "ignored", "ended"];

export class StatusPage {
  #poll;
  #before = null;

  constructor(root, session) {
    document.title = `${t("nav.status")} · Jaga`;
    this.head = h("p", { "data-test": "status-head" });
    const notice = h("div");
    this.#poll = new Poll(notice, (signal) => this.#load(signal));
    this.tiles = h("div.tiles", bones(3));
    this.sources = h("section.card", { "aria-label": t("status.sources") }, h("div.card-body", bones(8)));
    this.outputs = new OutputsCard(session);
    this.more = h("div.split");
    fill(
      root,
      h("div.page-head", h("h1", t("nav.status")), this.head),
      notice,
      this.tiles,
      h("div.stack", this.sources, this.outputs.element, this.more),
    );
  }

  update() {
    this.#poll.start();
  }

  stop() {
    this.#poll.stop();
  }

  async #load(signal) {
    const [status] = await Promise.all([get("/status", {}, { signal }), this.outputs.load(signal)]);
    await released();
    this.#draw(status);
    this.outputs.draw();
  }

  #draw(status) {
    const { engine, index } = status;
    const up = t("status.up", { time: stretch(status.now_ms - status.started_ms) });
    this.head.textContent = `${oneLine(status.hostname, 60)} · Jaga ${oneLine(status.version, 30)} · ${up}`;
    const seconds = this.#before ? (status.now_ms - this.#before.now_ms) / 1000 : 0;
    const rate = seconds > 0 ? (engine.events - this.#before.engine.events) / seconds : null;
    this.#before = status;
    fill(
      this.tiles,
      tile(
        "events",
        compact(engine.events),
        rate === null ? bytes(engine.event_bytes) : t("status.rate", { n: Math.round(rate) }),
      ),
      tile("alerts", compact(engine.alerts), t("status.undecoded", { n: engine.undecoded })),
      tile(
        "latency",
        milliseconds(engine.latency_ms.p99),
        t("status.median", { time: milliseconds(engine.latency_ms.p50) }),
      ),
      tile(
        "index",
        compact(index.alerts),
        `${bytes(index.bytes)} · ${isBehind(index) ? t("status.behind", { time: lag(index) }) : t("status.current")}`,
      ),
      tile("memory", bytes(status.resident_bytes), t("status.pid", { n: String(status.pid) })),
      tile(
        "received",
        compact(status.spool.received),
        t("status.balance", { stored: number(status.spool.stored), waiting: number(status.spool.waiting) }),
      ),
    );
    this.#drawSources(status.sources);
    this.#drawMore(status);
  }

  #drawSources(sources) {
    const rank = (each) => ORDER.indexOf(each.state);
    const sorted = [...sources].sort(
      (a, b) => rank(a) - rank(b) || (a.kind + a.name < b.kind + b.name ? -1 : 1),
    );
    const bad = sorted.filter((each) => each.state === "failed").length;
    const heads = [
      ["state"],
      ["source"],
      ["lag", true],
      ["events", true],
      ["bytes", true],
      ["lost", true],
      ["position"],
    ];
    fill(
      this.sources,
      h(
        "div.card-head",
        h("h2", t("status.sources")),
        h("span.muted", number(sources.length)),
        bad > 0 && h("span.level.high", t("status.failed", { n: bad })),
      ),
      h(
        "div.table-scroll.card-body",
        h(
          "table.table",
          { "data-test": "sources" },
          h(
            "thead",
            h(
              "tr",
              heads.map(([name, end]) =>
                h("th", { scope: "col", class: end ? "end" : "" }, t(`status.${name}`)),
              ),
            ),
          ),
          h(
            "tbody",
            sorted.map((each) => sourceRow(each)),
          ),
        ),
      ),
    );
  }

  #drawMore(status) {
    const { ruleset, index, log, live, engine, spool, queue } = status;
    fill(
      this.more,
      facts("status.ruleset", [
        ["status.place", ruleset.place],
        ["rules.rules", number(ruleset.rules)],
        ["rules.decoders", number(ruleset.decoders)],
        ["status.lists", number(ruleset.lists)],
        ["status.loaded", ago(ruleset.loaded_ms)],
        ["status.warnings", number(ruleset.warnings)],
        [
          "status.reloads",
          `${number(engine.reloads)} (${t("status.failed_reloads", { n: engine.failed_reloads })})`,
        ],
      ]),
      facts("status.spool", [
        ["status.state", spool.trouble || t("status.takes_events")],
        ["status.received", number(spool.received)],
        ["status.stored", number(spool.stored)],
        ["status.in_flight", number(spool.waiting)],
        ["status.queue", t("status.queued", { n: queue.events, bytes: bytes(queue.bytes) })],
        ["status.waits", spool.waiting > 0 ? stretch(spool.oldest_seconds * 1000) : t("status.none")],
        ["status.size", t("status.of", { bytes: bytes(spool.bytes), limit: bytes(spool.limit_bytes) })],
        ["status.records", number(spool.records)],
        ["status.damaged", number(spool.damaged)],
      ]),
      facts("status.storage", [
        ["status.folder", status.data],
        ["status.log", `${bytes(log.bytes)} · ${t("status.failed_writes", { n: log.failed_writes })}`],
        ["status.engine", `${index.engine} · ${t("status.partitions", { n: index.partitions })}`],
        ["status.oldest", index.oldest_ms ? minuteTime(index.oldest_ms) : "–"],
        ["status.newest", index.newest_ms ? minuteTime(index.newest_ms) : "–"],
        [
          "status.archives",
          status.archives
            ? `${number(status.archives.alerts)} · ${bytes(status.archives.bytes)}`
            : t("status.off"),
        ],
        ["status.live", t("status.subscribers", { n: live.subscribers, dropped: live.dropped })],
      ]),
    );
  }
}

/** Nothing is known before the first event. */
const milliseconds = (value) => (Number.isFinite(value) ? `${number(value)} ms` : "–");

const isBehind = (each) => each.lag_bytes > 0 || each.lag_seconds >= 1;

function lag(each) {
  if (each.lag_bytes === null && each.lag_seconds === null) return "–";
  if (!isBehind(each)) return t("status.none");
  return [
    each.lag_seconds >= 1 && stretch(each.lag_seconds * 1000),
    each.lag_bytes > 0 && bytes(each.lag_bytes),
  ]
    .filter(Boolean)
    .join(" · ");
}

function tile(name, value, text) {
  return h(
    "div.card.tile",
    { "data-test": `tile-${name}` },
    h("span.kpi-name", t(`status.${name}`)),
    h("div.kpi-value", value),
    h("p", text),
  );
}

function facts(title, pairs) {
  return h(
    "section.card",
    { "aria-label": t(title) },
    h("div.card-head", h("h2", t(title))),
    h(
      "dl.facts",
      pairs.map(([name, value]) => h("div", h("dt", t(name)), h("dd.outside", oneLine(value, 200)))),
    ),
  );
}

function sourceRow(source) {
  const state = ORDER.includes(source.state) ? source.state : "failed";
  const lost = [
    ["dropped", source.dropped],
    ["truncated", source.truncated],
    ["malformed", source.malformed],
    ["gaps", source.gaps],
  ].filter(([, count]) => count > 0);
  if (source.lost_bytes > 0) lost.push(["lost_bytes", bytes(source.lost_bytes)]);
  const left = [
    source.ignored > 0 && t("status.left_out", { n: source.ignored }),
    source.skipped_bytes > 0 && t("status.passed_over", { n: bytes(source.skipped_bytes) }),
  ].filter(Boolean);
  return h(
    "tr",
    { "data-test": "source-row", "data-state": state },
    h("td", h("span.state-text", h("span.dot", { class: state }), t(`source.${state}`))),
    h(
      "td",
      { class: "source-name" },
      h("div.outside", oneLine(source.name, 120)),
      h("div.muted.outside", oneLine([source.kind, source.detail].filter(Boolean).join(" · "), 200)),
    ),
    h("td.end.nowrap", lag(source)),
    h("td.end", number(source.events)),
    h("td.end.nowrap", bytes(source.bytes)),
    h(
      "td.end",
      lost.length > 0
        ? lost.map(([name, count]) => h("div.state-text", icon("warn"), t(`status.${name}`, { n: count })))
        : h("span.muted", "0"),
      left.map((text) => h("div.muted", text)),
    ),
    h("td.mono.muted.cut.outside", oneLine(source.position ?? "", 60)),
  );
}
