// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What can be done about an alert, and to what.

/** Acts on containers that the page offers, mildest first. */
const ON_CONTAINER = ["docker-snapshot", "docker-pause", "docker-isolate", "docker-stop", "docker-kill"];
const ID = /^[0-9a-f]{64}$/;

/** The container that an alert is about, by its id; null for none. A Docker event names it in its actor. */
export function containerTarget(alert) {
  const named = alert.data?.container;
  if (named && ID.test(named.id)) return { id: named.id, name: named.name ?? "", engine: named.engine ?? "" };
  const docker = alert.data?.docker;
  const actor = docker?.Type === "container" ? docker.Actor : null;
  if (!actor || !ID.test(actor.ID)) return null;
  return { id: actor.ID, name: actor.Attributes?.name ?? "", engine: "" };
}

/** Everything that can be done about an alert: `{ act, kind, name, body }`, the body for POST /responses. */
export function choices(alert) {
  const found = [];
  const agent = alert.agent?.id ?? "000";
  const base = { agent, ...(alert.id ? { alert: alert.id } : {}) };
  const container = containerTarget(alert);
  if (container) {
    const { id, name, engine } = container;
    for (const act of ON_CONTAINER) {
      found.push({ act, kind: "container", name: name || id.slice(0, 12), body: { act, container: id, engine, ...base } });
    }
  }
  const address = alert.data?.srcip;
  if (typeof address === "string" && address !== "") {
    const act = "block-address";
    found.push({ act, kind: "address", name: address, body: { act, address, ...base } });
  }
  return found;
}

/** What an act of the API is done to, for people. */
export function targetName(target) {
  if (target.kind === "container") return target.name || target.id.slice(0, 12);
  return target.address ?? target.account ?? target.hint ?? "";
}

/** Whether the act ends by itself or by an undo, so that a time can be chosen. */
export const hasTime = (act) => !["docker-snapshot", "docker-restart"].includes(act);
