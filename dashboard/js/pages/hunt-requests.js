// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// What Threat Hunting asks for: rows and figures, of the alerts or of everything that was read.
import { get, post } from "../lib/api.js";
import { keepApart } from "../lib/alerts.js";
import { huntAggregations } from "./hunt-panels.js";
import { recordPath, stateQuery } from "./hunt-state.js";

/** A page of rows; `more` are further parameters, such as `limit` and `cursor`. */
export async function askRows(state, more, signal) {
  const { parameters } = stateQuery(state);
  const answer = await get(recordPath(state), { ...parameters, sort: state.sort, ...more }, { signal });
  if (state.of === "archives") keepApart(answer.alerts);
  return answer;
}

/** The answers to `huntAggregations`. */
export async function askFigures(state, buckets, signal) {
  const wanted = huntAggregations(buckets);
  const { parameters } = stateQuery(state);
  if (state.of !== "archives") {
    const { q, from, to } = parameters;
    const body = { q, from: from || undefined, to: to || undefined, aggregations: wanted };
    return (await post("/alerts/aggregations", body, { signal })).aggregations;
  }
  // The archives answer one question at a time.
  const answers = Object.entries(wanted).map(async ([name, one]) => [
    name,
    await askArchives(one, parameters, signal),
  ]);
  return Object.fromEntries(await Promise.all(answers));
}

async function askArchives({ type, q, ...rest }, parameters, signal) {
  const both = [parameters.q, q].filter(Boolean);
  const query = { ...parameters, ...rest, q: both.map((each) => `(${each})`).join(" and ") };
  if (type === "count") return { count: (await get("/archives", { ...query, limit: 1 }, { signal })).total };
  return get(`/archives/${type}`, query, { signal });
}
