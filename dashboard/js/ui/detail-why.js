// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The two tabs of an alert's detail that ask the server: what was around it, and why it fired.
import { fill, h, icon } from "../lib/dom.js";
import { get, isAbort, post, request } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { timeOf } from "../lib/alerts.js";
import { clockTime, fullTime } from "../lib/time.js";
import { oneLine } from "../lib/visible.js";
import { writeAddress } from "../lib/router.js";
import { xmlBlock } from "./code.js";
import { bones, levelBadge, problemNotice } from "./pieces.js";
import { resultView } from "./logtest-result.js";
import { drawAttack } from "./detail-attack.js";

/** Alerts and log lines around an alert, in order of time. */
export async function drawAround(body, alert, signal, open) {
  fill(body, bones(10));
  let answer;
  try {
    answer = await get(`/alerts/${encodeURIComponent(alert.id)}/context`, { lines: 30 }, { signal });
  } catch (error) {
    if (!isAbort(error)) {
      fill(
        body,
        problemNotice(error, () => drawAround(body, alert, signal, open)),
      );
    }
    return;
  }
  if (signal.aborted) return;
  const alerts = [...answer.before, answer.alert, ...answer.after].map((each) => ({
    ms: timeOf(each),
    alert: each,
  }));
  const lines = answer.lines.map((line) => ({ ms: line.time_ms, line }));
  const all = [...lines, ...alerts].sort((a, b) => a.ms - b.ms);
  const list = h(
    "ol.around",
    { "data-test": "around" },
    all.map((each) => (each.alert ? alertLine(each, alert, open) : logLine(each))),
  );
  const from = answer.lines_from ? t(`around.from_${answer.lines_from}`) : t("around.no_lines");
  fill(
    body,
    h("p.muted", from, answer.lines_error && h("span.outside", ` ${answer.lines_error}`)),
    h("div.section", list),
  );
  list.querySelector(".this")?.scrollIntoView({ block: "center" });
}

function alertLine({ ms, alert }, chosen, open) {
  const isThis = alert.id === chosen.id;
  return h(
    "li.alert",
    { class: isThis ? "this" : "", "aria-current": isThis ? "true" : undefined },
    h("time", { title: ms ? fullTime(ms) : "" }, ms ? clockTime(ms) : ""),
    h(
      "button",
      { type: "button", on: { click: () => open(alert) } },
      levelBadge(alert.rule?.level ?? 0),
      h("span.outside", oneLine(alert.rule?.description ?? "", 300)),
    ),
  );
}

function logLine({ ms, line }) {
  return h(
    "li",
    { class: line.stream === "stderr" ? "stderr" : "" },
    h("time", { title: fullTime(ms) }, clockTime(ms)),
    h("span.outside", oneLine(line.text, 1000)),
  );
}

/** The attack that the alert is of, the rule with its XML and place, earlier events that it counted, and what logtest says of the line. */
export async function drawWhy(body, alert, signal) {
  const rule = alert.rule && h("section.section", bones(5));
  const attack = alert.data?.attack && h("section.section", { "data-test": "attack" });
  const test = h("section.section");
  fill(body, attack, rule, correlated(alert), alert.full_log && test);
  const tasks = rule ? [showRule(rule, alert, signal)] : [];
  if (attack) tasks.push(drawAttack(attack, alert, signal));
  if (alert.full_log) tasks.push(showTest(test, alert, signal));
  await Promise.all(tasks);
}

async function showRule(section, alert, signal) {
  try {
    const rule = await get(`/rules/${encodeURIComponent(alert.rule?.id ?? "")}`, {}, { signal });
    fill(section, ruleFacts(rule, alert.rule), xmlBlock(rule.xml));
  } catch (error) {
    if (!isAbort(error)) {
      fill(
        section,
        problemNotice(error, () => showRule(section, alert, signal)),
      );
    }
  }
}

/**
 * A rule's head: id, level, groups, MITRE and where it stands. `fired` is the rule object of an alert, which names
 * techniques.
 */
export function ruleFacts(rule, fired = null) {
  const mitre = fired?.mitre;
  const techniques = rule.mitre.ids.map((id) => {
    const at = mitre?.id?.indexOf(id) ?? -1;
    const name =
      rule.mitre.techniques[rule.mitre.ids.indexOf(id)] ?? (at >= 0 ? mitre.technique?.[at] : undefined);
    return h(
      "a.tag",
      { href: writeAddress("hunt", [], { filters: [`+rule.mitre.id:${id}`] }) },
      name ? `${id} ${name}` : id,
    );
  });
  return [
    h(
      "h3",
      levelBadge(rule.level),
      h("a", { href: writeAddress("rules", [], { id: String(rule.id) }) }, `${t("rule")} ${rule.id}`),
      h("span.end.mono.outside", { "data-test": "rule-place" }, `${rule.file}:${rule.line}`),
    ),
    h(
      "div.detail-facts",
      rule.groups.map((group) =>
        h(
          "a.tag.outside",
          { href: writeAddress("hunt", [], { filters: [`+rule.groups:${group}`] }) },
          oneLine(group, 60),
        ),
      ),
      techniques,
    ),
    h("p.muted.outside", oneLine(rule.description, 400)),
  ];
}

function correlated(alert) {
  if (!alert.previous_output && !alert.rule?.frequency) return null;
  const lines = String(alert.previous_output ?? "")
    .split("\n")
    .filter(Boolean);
  return h(
    "section.section",
    h("h3", t("why.earlier", { n: lines.length })),
    h("pre.code-block", { tabindex: "0" }, lines.join("\n")),
  );
}

async function showTest(section, alert, signal) {
  fill(section, h("h3", t("why.logtest")), bones(4));
  try {
    const answer = await post("/logtest", { line: alert.full_log, location: alert.location }, { signal });
    endSession(answer.session);
    const again = writeAddress("logtest", [], { line: alert.full_log, location: alert.location });
    fill(
      section,
      h(
        "h3",
        t("why.logtest"),
        h("a.button.small.plain.end", { href: again }, icon("logtest"), t("why.open_logtest")),
      ),
      h("p.muted", t("why.logtest_note")),
      resultView(answer),
    );
  } catch (error) {
    if (!isAbort(error)) fill(section, h("h3", t("why.logtest")), problemNotice(error));
  }
}

/** The session of a single line is of no more use; that it ends late matters to nobody. */
function endSession(session) {
  if (session) request("DELETE", `/logtest/${encodeURIComponent(session)}`).catch(() => {});
}
