// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Answering an alert: the menu, and the question that names what will happen before it does.
import { fill, h, icon, iconButton } from "../lib/dom.js";
import { get, isAbort, mayAct, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { choices, hasTime } from "../lib/responses.js";
import { writeAddress } from "../lib/router.js";
import { oneLine } from "../lib/visible.js";
import { openDialog, opensPopover, problemNotice, toast } from "./pieces.js";

const TIMES = [600, 3600, 86_400, 0];
const USUAL = 3600;

/** A button that opens what can be done about an alert; null when there is nothing, or this user may not. */
export function respondButton(alert) {
  const found = mayAct() ? choices(alert) : [];
  if (found.length === 0) return null;
  const button = h(
    "button.button.small",
    { type: "button", "data-test": "respond" },
    icon("responses"),
    t("respond.title"),
  );
  const anchor = h("span.anchor", button);
  opensPopover(
    button,
    anchor,
    (close) =>
      found.map((choice) =>
        h(
          "button.menu-item",
          {
            type: "button",
            "data-test": `respond-${choice.act}`,
            on: {
              click: () => {
                close(false);
                ask(choice);
              },
            },
          },
          h("span.outside", t(`respond.${choice.act}`, { name: oneLine(choice.name, 60) })),
        ),
      ),
    "right down",
  );
  return anchor;
}

/** The question before an act: what, to what, with what effect, for how long. */
function ask(choice) {
  const { act } = choice;
  const name = oneLine(choice.name, 60);
  const title = h("h2.grow.outside", { "data-test": "respond-question" }, t(`respond.${act}`, { name }));
  const facts = choice.kind === "container" && h("p.muted.outside");
  const said = h("div", { "aria-live": "polite" });
  const time = h(
    "select.input",
    { "data-test": "respond-time" },
    TIMES.map((seconds) =>
      h("option", { value: String(seconds), selected: seconds === USUAL }, t(`respond.time_${seconds}`)),
    ),
  );
  const send = async (mode) => {
    buttons.forEach((each) => (each.disabled = true));
    try {
      const seconds = hasTime(act) ? Number(time.value) : 0;
      const answer = await post("/responses", { ...choice.body, mode, timeout_seconds: seconds });
      if (mode === "enforce") {
        close();
        toast(`${t(`respond.result_${answer.result}`)}: ${oneLine(answer.text, 200)}`);
        return;
      }
      fill(said, h("div.notice.good", { "data-test": "respond-said" }, h("p.outside", oneLine(answer.text, 300))));
    } catch (error) {
      if (!isAbort(error)) fill(said, problemNotice(error));
    }
    buttons.forEach((each) => (each.disabled = false));
  };
  const button = (classes, name, text, run) =>
    h(`button.button${classes}`, { type: "button", "data-test": name, on: { click: run } }, text);
  const buttons = [
    button("", "respond-try", t("respond.try"), () => send("dry-run")),
    button(".primary", "respond-confirm", t(`respond.do_${act}`), () => send("enforce")),
  ];
  const close = openDialog(t(`respond.${act}`, { name }), [
    h("div.dialog-head", title, iconButton("close", t("close"), () => close())),
    h(
      "div.dialog-body.stack",
      { "data-test": "respond-dialog" },
      h("p.outside", { "data-test": "respond-effect" }, t(`respond.effect_${act}`, { name })),
      facts,
      hasTime(act) && h("label.field", h("span", t("respond.time")), time),
      said,
      h("div.respond-buttons", button("", "respond-cancel", t("respond.cancel"), () => close()), buttons),
    ),
  ]);
  if (facts) describe(choice, facts);
}

/** What the engine says of the container now; an agent's is looked at there. */
async function describe({ body }, facts) {
  if (body.agent !== "000") {
    facts.textContent = t("respond.on_agent", { id: oneLine(body.agent, 20) });
    return;
  }
  try {
    const found = await get(`/containers/${body.container}`);
    facts.textContent = `${oneLine(found.name, 60)} · ${oneLine(found.image, 80)} · ${oneLine(found.state, 20)} · ${body.container.slice(0, 12)}`;
  } catch {
    // The act itself says when the container is gone, or the engine away.
    facts.textContent = body.container.slice(0, 12);
  }
}

/** The question before an undo. */
export function askUndo(act, name, done) {
  const said = h("div", { "aria-live": "polite" });
  const confirm = h(
    "button.button.primary",
    {
      type: "button",
      "data-test": "undo-confirm",
      on: {
        click: async () => {
          confirm.disabled = true;
          try {
            const answer = await post(`/responses/${act.id}/undo`, {});
            close();
            toast(`${t(`respond.result_${answer.result}`)}: ${oneLine(answer.text, 200)}`);
          } catch (error) {
            fill(said, problemNotice(error));
            confirm.disabled = false;
          }
          done();
        },
      },
    },
    t("respond.undo"),
  );
  const known = ["docker-pause", "docker-stop", "docker-kill", "docker-isolate", "docker-disconnect"];
  const effect = [...known, "block-address", "disable-account"].includes(act.act) ? act.act : "script";
  const close = openDialog(t("respond.undo"), [
    h(
      "div.dialog-head",
      h("h2.grow.outside", t("respond.undo_question", { act: oneLine(act.command, 40), name })),
      iconButton("close", t("close"), () => close()),
    ),
    h(
      "div.dialog-body.stack",
      { "data-test": "undo-dialog" },
      h("p.outside", t(`respond.undo_${effect}`, { name })),
      said,
      h(
        "div.respond-buttons",
        h("button.button", { type: "button", on: { click: () => close() } }, t("respond.cancel")),
        confirm,
      ),
    ),
  ]);
}

/** Where an act's alert is. */
export const alertAddress = (id) => writeAddress("hunt", [], { from: "all", alert: id });
