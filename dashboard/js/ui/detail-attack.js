// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// A web attack in an alert's detail: what convinced, how the request was read, and where in the line it stands.
import { fill, h } from "../lib/dom.js";
import { isAbort, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { oneLine } from "../lib/visible.js";
import { bones, problemNotice } from "./pieces.js";

// The last two texts in quotes of a combined access line: referrer and user agent.
const HEADERS = /"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"[^"]*$/;

/** The request to explain, as the log has it; null for an alert that is of no web attack. */
export function requestOf(alert) {
  if (!alert.data?.attack || typeof alert.data.url !== "string" || alert.data.url === "") return null;
  const [, referer = "", agent = ""] = HEADERS.exec(alert.full_log ?? "") ?? [];
  const given = (text) => (text === "-" ? "" : text);
  return { target: alert.data.url, user_agent: given(agent), referer: given(referer) };
}

/** A text cut at the pieces that occur in it: `[["GET /?q=", false], ["1'--", true]]`, the marked ones true. */
export function cutAt(text, pieces) {
  const places = [];
  for (const piece of new Set(pieces)) {
    const at = piece === "" ? -1 : text.indexOf(piece);
    if (at >= 0) places.push([at, at + piece.length]);
  }
  places.sort((one, other) => one[0] - other[0] || other[1] - one[1]);
  const parts = [];
  let end = 0;
  for (const [from, to] of places) {
    if (from < end) continue;
    if (from > end) parts.push([text.slice(end, from), false]);
    parts.push([text.slice(from, to), true]);
    end = to;
  }
  if (end < text.length || parts.length === 0) parts.push([text.slice(end), false]);
  return parts;
}

function marked(text, pieces) {
  return cutAt(text, pieces).map(([piece, isMarked]) =>
    isMarked ? h("mark.payload", { "data-test": "payload" }, piece) : piece,
  );
}

/** Marks the payload in a line that is shown already, once the server has said which part it is. */
export async function markLine(block, alert, signal) {
  const asked = requestOf(alert);
  if (!asked) return;
  try {
    const { parts } = await post("/explain", asked, { signal });
    const pieces = parts.filter((part) => part.attacks.length > 0).map((part) => part.raw);
    if (!signal.aborted) fill(block, marked(alert.full_log, pieces));
  } catch {
    // The line stands there without its mark.
  }
}

/** What was found, from the alert itself, then parts, rounds and tokens, which the server tells. */
export async function drawAttack(section, alert, signal) {
  const asked = requestOf(alert);
  const facts = [h("h3", t("attack.title")), verdict(alert.data.attack)];
  if (!asked) return fill(section, facts);
  fill(section, facts, bones(4));
  try {
    const answer = await post("/explain", asked, { signal });
    if (!signal.aborted) fill(section, facts, answer.parts.map(partView));
  } catch (error) {
    if (isAbort(error)) return;
    fill(
      section,
      facts,
      problemNotice(error, () => drawAttack(section, alert, signal)),
    );
  }
}

function verdict(attack) {
  const rows = ["class", "score", "parameter", "evidence", "decoded", "why"]
    .filter((name) => attack[name] !== undefined)
    .map((name) => [
      h("dt", t(`attack.${name}`)),
      h(
        "dd",
        { "data-test": `attack-${name}` },
        h(
          "span.value.outside",
          name === "decoded" ? marked(String(attack[name]), [String(attack.evidence ?? "")]) : String(attack[name]),
        ),
      ),
    ]);
  return h("dl.pairs", { "data-test": "attack-verdict" }, rows);
}

function partView(part) {
  const evidence = part.attacks.map((attack) => attack.evidence);
  const last = part.rounds.at(-1);
  return h(
    "div.attack-part",
    { "data-test": "attack-part" },
    h("h4.outside", oneLine(part.place || t("attack.unnamed"), 120)),
    h("pre.code-block", { tabindex: "0" }, part.attacks.length > 0 ? marked(part.raw, [part.raw]) : part.raw),
    part.rounds
      .filter((round, at) => at > 0 || round.text !== part.raw)
      .map((round, at) => [
        h("p.muted", t("attack.round", { n: at + 1 })),
        h("pre.code-block", { tabindex: "0", "data-test": "attack-round" }, marked(round.text, evidence)),
      ]),
    part.attacks.length > 0 && [
      h(
        "p.tokens",
        { "aria-label": t("attack.tokens") },
        last.tokens.map((token) => h("span.tag.outside", oneLine(token, 60))),
      ),
      part.attacks.map((attack) =>
        h("p.outside", { "data-test": "attack-found" }, `${attack.class} ${attack.score}: ${attack.why}`),
      ),
    ],
  );
}
