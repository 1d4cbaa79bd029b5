// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The parts without a page: `node --test dashboard/tests`.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import {
  bandOf,
  containerOf,
  isArchived,
  keepApart,
  keyOf,
  leaves,
  timeOf,
  verbOf,
  withRecent,
} from "../js/lib/alerts.js";
import { applyCompletion, completionAt, matchingFields, writtenValue } from "../js/lib/completion.js";
import { hostGroups, readScope, rescoped, scopeOf, withScope } from "../js/lib/scope.js";
import { fuzzyFilter, fuzzyScore } from "../js/lib/fuzzy.js";
import { preferredLanguage, t, useTexts } from "../js/lib/i18n.js";
import {
  combine,
  decodeFilter,
  encodeFilter,
  filterQuery,
  isFilter,
  rangeFilter,
  withFilter,
} from "../js/lib/query.js";
import { readAddress, writeAddress } from "../js/lib/router.js";
import { readRange, readTime } from "../js/lib/time.js";
import { readState, recordPath, stateAddress } from "../js/pages/hunt-state.js";
import { oneLine, visible } from "../js/lib/visible.js";
import { choices, containerTarget } from "../js/lib/responses.js";
import { cutAt, requestOf } from "../js/ui/detail-attack.js";

const root = new URL("..", import.meta.url);
const texts = (code) => JSON.parse(readFileSync(new URL(`lang/${code}.json`, root), "utf8"));

test("controls and bidirectional marks are shown, not obeyed", () => {
  assert.equal(visible("\u001b[31mred"), "\u2039ESC\u203a[31mred");
  assert.equal(visible("invoice\u202Egnp.exe"), "invoice\u2039U+202E\u203agnp.exe");
  assert.equal(visible("a\u0000b\u007fc\u009bd"), "a\u2039NUL\u203ab\u2039DEL\u203ac\u2039U+009B\u203ad");
  assert.equal(
    visible("\u200b\u2066x\u2069\ufeff\u{e0041}\ud800"),
    "\u2039U+200B\u203a\u2039U+2066\u203ax\u2039U+2069\u203a\u2039U+FEFF\u203a\u2039U+E0041\u203a\u2039U+D800\u203a",
  );
  assert.equal(visible("plain\tтекст\n日本 😀"), "plain\tтекст\n日本 😀");
  assert.equal(oneLine("a\r\nb\tc"), "a\u2039CR\u203a\u21b5b c");
  assert.equal(oneLine("x".repeat(9), 4), "xxxx…");
});

test("a chip survives the address, whatever stands in it", () => {
  for (const filter of [
    isFilter("data.srcip", "10.0.0.1"),
    isFilter("data.container.labels.a:b<c", 'x" or *: \\ &#=', true),
    rangeFilter("rule.level", 7, 11),
    { field: "data.url", operator: "?", value: "", negated: true },
    { field: "rule.level", operator: ">=", value: "12", negated: false },
    {
      field: "rule.groups",
      operator: "=",
      values: ["a,b", "c\\d", ""],
      value: "a\\,b,c\\\\d,",
      negated: false,
    },
    { field: "data.docker.Action", operator: "^", value: "exec_start", negated: false },
  ]) {
    const address = writeAddress("hunt", [], { filters: [encodeFilter(filter)] });
    assert.deepEqual(decodeFilter(readAddress(address).params.get("filters")), filter);
  }
  for (const text of ["", "x", "+", "+:a", "+rule.level[a..b", "+rule.level>=x or *", "+a^b or *"]) {
    assert.equal(decodeFilter(text), null, text);
  }
});

test("chips become a query that a value cannot leave", () => {
  assert.equal(filterQuery(isFilter("data.url", 'a" or rule.level: *')), 'data.url: "a\\" or rule.level: *"');
  assert.equal(filterQuery(isFilter("data.x y:z", "\\", true)), 'not "data.x y:z": "\\\\"');
  assert.equal(filterQuery(rangeFilter("rule.level", 7, 11)), "(rule.level >= 7 and rule.level <= 11)");
  assert.equal(
    filterQuery(isFilter("container", "web")),
    '(data.container.name: "web" or (data.docker.Type: container and data.docker.Actor.Attributes.name: "web"))',
  );
  assert.deepEqual(combine("a or b", [isFilter("rule.id", "1")]), {
    query: '(a or b) and rule.id: "1"',
    shift: 1,
  });
  assert.deepEqual(combine(" ", [isFilter("rule.id", "1"), isFilter("rule.id", "2", true)]), {
    query: 'rule.id: "1" and not rule.id: "2"',
    shift: 0,
  });
  assert.deepEqual(combine("a", []), { query: "a", shift: 0 });
  assert.deepEqual(withFilter([isFilter("a", "1")], isFilter("a", "1", true)), [isFilter("a", "1", true)]);
});

test("completion knows what could come next", () => {
  const kind = (text) => {
    const place = completionAt(text, text.length);
    return `${place.kind} ${place.field ?? ""}|${place.prefix}`;
  };
  assert.equal(kind(""), "field |");
  assert.equal(kind("ru"), "field |ru");
  assert.equal(kind("rule.level "), "operator rule.level|");
  assert.equal(kind("rule.level >= "), "value rule.level|");
  assert.equal(kind("rule.level >= 7 "), "connective |");
  assert.equal(kind("rule.level >= 7 and not co"), "field |co");
  assert.equal(kind("rule.groups: (web or s"), "value rule.groups|s");
  assert.equal(kind('container.name: "my w'), "value container.name|my w");
  assert.equal(kind('"union select" '), "connective |");
  const place = completionAt("rule.groups: (web or s", 22);
  assert.deepEqual(applyCompletion("rule.groups: (web or s)", place, "sshd "), {
    text: "rule.groups: (web or sshd )",
    caret: 26,
  });
  assert.equal(writtenValue("web"), "web");
  assert.equal(writtenValue('say "hi"*'), '"say \\"hi\\"*"');
  assert.equal(writtenValue("and"), '"and"');
  assert.deepEqual(
    matchingFields(
      [{ name: "data.level" }, { name: "rule.level" }, { name: "level" }, { name: "x" }],
      "lev",
    ).map((each) => each.name),
    ["level", "data.level", "rule.level"],
  );
});

test("times are read as the API reads them", () => {
  const now = Date.UTC(2026, 10, 27, 10, 30, 15, 500);
  assert.equal(readTime("now", now), now);
  assert.equal(readTime("now-15m", now), now - 900_000);
  assert.equal(readTime("now-1h-30m/m", now), Date.UTC(2026, 10, 27, 9, 0, 0));
  assert.equal(readTime("2026-11-27T10:00:00Z"), Date.UTC(2026, 10, 27, 10));
  assert.equal(readTime("2026-11-27T10:00:00.000+0700"), Date.UTC(2026, 10, 27, 3));
  assert.equal(readTime("1764200000123"), 1764200000123);
  for (const text of ["", "yesterday", "now-15", "now-15q", "12"]) assert.equal(readTime(text), null, text);
});

test("a range in an address falls back when it is none", () => {
  const read = (text) => readRange(new URLSearchParams(text));
  assert.deepEqual(read(""), { from: "now-24h", to: "now" });
  assert.deepEqual(read("from=all"), { from: "", to: "now" });
  assert.deepEqual(read("from=now-1h&to=now-5m"), { from: "now-1h", to: "now-5m" });
  assert.deepEqual(read("from=%E2%80%AEx&to=x"), { from: "now-24h", to: "now" });
});

test("a few letters find a container", () => {
  const names = ["grafana", "gitea-runner", "web", "prometheus", "my-grafana-agent"];
  assert.deepEqual(
    fuzzyFilter("grf", names, (name) => name),
    ["grafana", "my-grafana-agent"],
  );
  assert.equal(fuzzyFilter("gr", names, (name) => name)[0], "grafana");
  assert.equal(fuzzyScore("xyz", "web"), -1);
});

test("an alert's values are found by path, labels with dots and all", () => {
  const alert = JSON.parse(
    '{"timestamp":"2026-11-23T12:46:15.123+0000","rule":{"level":7,"groups":["a","b"]},'
      + '"data":{"container":{"name":"web","labels":{"com.x.y":"1","__proto__":"2"}}}}',
  );
  assert.deepEqual(
    [...leaves(alert)],
    [
      ["timestamp", ["2026-11-23T12:46:15.123+0000"]],
      ["rule.level", ["7"]],
      ["rule.groups", ["a", "b"]],
      ["data.container.name", ["web"]],
      ["data.container.labels.com.x.y", ["1"]],
      ["data.container.labels.__proto__", ["2"]],
    ],
  );
  assert.equal(timeOf(alert), Date.UTC(2026, 10, 23, 12, 46, 15, 123));
  assert.equal(containerOf(alert), "web");
  assert.equal(
    containerOf({ data: { docker: { Type: "container", Actor: { Attributes: { name: "db" } } } } }),
    "db",
  );
  assert.equal(
    containerOf({ data: { docker: { Type: "network", Actor: { Attributes: { name: "net" } } } } }),
    null,
  );
  assert.deepEqual([0, 6, 7, 11, 12, 14, 15, 16].map(bandOf), [
    "low",
    "low",
    "medium",
    "medium",
    "high",
    "high",
    "critical",
    "critical",
  ]);
  assert.deepEqual(["exec_create: ls -l", "exec_start", "health_status: healthy"].map(verbOf), [
    "exec_create",
    "exec_start",
    "health_status",
  ]);
});

test("alerts of the stream stand before a page of the index that has not got them yet", () => {
  const at = (id, second) => ({ id, timestamp: `2026-11-23T12:46:${second}.000+0000` });
  const page = [at("3", 30), at("2", 20)];
  assert.deepEqual(
    withRecent(page, [at("4", 40), at("3", 30), at("1", 10)]).map((alert) => alert.id),
    ["4", "3", "2"],
  );
  assert.deepEqual(
    withRecent([], [at("1", 10)]).map((alert) => alert.id),
    ["1"],
  );
});

test("every language has every text that the pages ask for", () => {
  const [english, indonesian] = [texts("en"), texts("id")];
  assert.deepEqual(Object.keys(indonesian).sort(), Object.keys(english).sort());
  const places = (value) => [...new Set(JSON.stringify(value).match(/\{\w+\}/g) ?? [])].sort();
  for (const key of Object.keys(english)) {
    assert.deepEqual(places(indonesian[key]), places(english[key]), key);
  }
  const files = readdirSync(new URL("js", root), { recursive: true }).filter((name) => name.endsWith(".js"));
  assert.ok(files.length > 20);
  for (const name of files) {
    const source = readFileSync(new URL(`js/${name}`, root), "utf8");
    for (const [, key] of source.matchAll(/\bt\("([^"]+)"/g)) {
      assert.ok(Object.hasOwn(english, key), `${name}: ${key}`);
    }
  }
});

test("texts are filled in, with the plural of the language", () => {
  useTexts("en", texts("en"));
  assert.equal(t("hunt.count", { n: 1 }), "1 alert");
  assert.equal(t("hunt.count", { n: 12345 }), "12,345 alerts");
  useTexts("id", texts("id"));
  assert.equal(t("hunt.count", { n: 12345 }), "12.345 alert");
  assert.equal(preferredLanguage(null, ["fr-FR", "id-ID", "en"]), "id");
  assert.equal(preferredLanguage(null, ["in"]), "id");
  assert.equal(preferredLanguage("en", ["id"]), "en");
  assert.equal(preferredLanguage("xx", ["fr"]), "en");
});

test("no module makes elements from text, or runs text", () => {
  const parsing = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|createContextualFragment/;
  const running = /\beval\(|new Function|javascript:/;
  const files = readdirSync(new URL("js", root), { recursive: true }).filter((name) => name.endsWith(".js"));
  for (const name of files) {
    const source = readFileSync(new URL(`js/${name}`, root), "utf8");
    assert.doesNotMatch(source, parsing, name);
    assert.doesNotMatch(source, running, name);
    if (name !== "lib/dom.js") assert.doesNotMatch(source, /setAttribute\("(href|src|style|on)/, name);
  }
});

test("index.html loads every module before it is asked for", () => {
  const html = readFileSync(new URL("index.html", root), "utf8");
  const listed = [...html.matchAll(/rel="modulepreload" href="js\/([^"]+)"/g)].map((match) => match[1]);
  const files = readdirSync(new URL("js", root), { recursive: true }).filter(
    (name) => name.endsWith(".js") && !["main.js", "theme.js"].includes(name),
  );
  assert.deepEqual(listed.sort(), files.sort());
});

test("every hook for tests that the documentation names is on a page", () => {
  const documented = readFileSync(new URL("../docs/dashboard.md", root), "utf8").split(
    "## For tests over WebDriver",
  )[1];
  const files = readdirSync(new URL("js", root), { recursive: true }).filter((name) => name.endsWith(".js"));
  const source = files.map((name) => readFileSync(new URL(`js/${name}`, root), "utf8")).join("\n");
  const made = /^(of|nav|theme|language|kpi|kpi-button|band|panel|sort|export|tab|phase|tile|example|time)-/;
  for (const [, name] of documented.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)) {
    if (
      name !== "data-test" &&
      name !== "is-open" &&
      name !== "aria-pressed" &&
      !name.startsWith("data-") &&
      !made.test(name)
    ) {
      assert.ok(
        new RegExp(`["'\`]${name}["'\`]`).test(source) ||
          /^timeline-(line|event|alert|row)/.test(name) ||
          /^(password|setup)-/.test(name),
        name,
      );
    }
  }
});

test("the archives are searched by an address of their own, in which no event is open", () => {
  const state = readState(readAddress("#/hunt?of=archives&q=a&columns=rule.id&alert=1").params);
  assert.equal(state.of, "archives");
  assert.equal(state.alert, "");
  assert.equal(recordPath(state), "/archives");
  assert.equal(recordPath({ of: "" }), "/alerts");
  assert.equal(readState(readAddress("#/hunt?of=else&columns=rule.id").params).of, "");
  assert.equal(stateAddress({ ...state, alert: "event-1" }).includes("alert="), false);
  assert.equal(stateAddress(state).startsWith("#/hunt?of=archives&q=a&"), true);
});

test("events of the archives with the same id are kept apart", () => {
  const events = [{ id: "1" }, { id: "1" }];
  assert.equal(keyOf(events[0]), "1");
  keepApart(events);
  assert.notEqual(keyOf(events[0]), keyOf(events[1]));
  assert.deepEqual([isArchived(events[0]), isArchived({ id: "1" })], [true, false]);
  assert.deepEqual(Object.keys(events[0]), ["id"]);
});

test("a line is cut at the payload, whatever it holds, and nothing of it is lost", () => {
  const line = `GET /?q=<b>&x=1' or 1=1 HTTP/1.1`;
  const parts = cutAt(line, ["1' or 1=1", "<b>", "absent", ""]);
  assert.deepEqual(
    parts.filter(([, isMarked]) => isMarked).map(([text]) => text),
    ["<b>", "1' or 1=1"],
  );
  assert.equal(parts.map(([text]) => text).join(""), line);
  assert.deepEqual(cutAt("aab", ["aa", "ab"]), [
    ["aa", true],
    ["b", false],
  ]);
  assert.deepEqual(cutAt("", []), [["", false]]);
});

test("the request of an attack is read from its alert; other alerts have none", () => {
  const line = `192.0.2.1 - - [x] "GET /?a=1 HTTP/1.1" 200 5 "-" "curl \\"x\\""`;
  const alert = { full_log: line, data: { url: "/?a=1", attack: { class: "sqli" } } };
  assert.deepEqual(requestOf(alert), { target: "/?a=1", user_agent: `curl \\"x\\"`, referer: "" });
  assert.equal(requestOf({ full_log: line, data: { url: "/?a=1" } }), null);
  assert.equal(requestOf({ full_log: line, data: { attack: { class: "sqli" } } }), null);
});

test("an alert's container and address can be acted upon, what only looks so cannot", () => {
  const id = "5a".repeat(32);
  const alert = {
    id: "7.1",
    agent: { id: "000" },
    data: { srcip: "192.0.2.1", container: { id, name: "web", engine: "e2" } },
  };
  const found = choices(alert);
  assert.deepEqual(
    found.map((each) => each.act),
    ["docker-snapshot", "docker-pause", "docker-isolate", "docker-stop", "docker-kill", "block-address"],
  );
  assert.deepEqual(found[1].body, { act: "docker-pause", container: id, engine: "e2", agent: "000", alert: "7.1" });
  assert.equal(containerTarget({ data: { container: { id: `${id}/../x`, name: "web" } } }), null);
  assert.equal(containerTarget({ data: { docker: { Type: "image", Actor: { ID: id } } } }), null);
  assert.equal(containerTarget({ data: { docker: { Type: "container", Actor: { ID: id } } } }).id, id);
  assert.deepEqual(choices({ data: { srcip: 7 } }), []);
});

test("a page is narrowed to an agent or a group, and to nothing that nobody could have chosen", () => {
  assert.equal(withScope("a or b", "100001"), '(a or b) and agent.id: "100001"');
  assert.equal(withScope("", "@web-1"), 'agent.group: "web-1"');
  assert.equal(withScope("a", ""), "a");
  assert.equal(readScope("@web"), "@web");
  for (const text of ["1", '000" or *', "@", "@a b", "web", undefined, null]) assert.equal(readScope(text), "");
});

test("filters of a search say its hosts, and one choice takes the place of another", () => {
  const level = { field: "rule.level", operator: ">=", value: "7", negated: false };
  const web = { field: "agent.group", operator: ":", value: "web", negated: false };
  const notOne = { field: "agent.id", operator: ":", value: "001", negated: true };
  assert.equal(scopeOf([level, web]), "@web");
  assert.equal(scopeOf([level, notOne]), "");
  assert.deepEqual(
    rescoped([web, level, notOne], "100001").map((each) => `${each.field} ${each.value}`),
    ["rule.level 7", "agent.id 001", "agent.id 100001"],
  );
  assert.deepEqual(rescoped([web, level], ""), [level]);
  assert.deepEqual(hostGroups([{ groups: ["web", "a"] }, { groups: ["web"] }]), ["a", "web"]);
});
