// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// Requests to /api/v1, relative to the page, so that a proxy may serve Jaga under a path.

const BASE = "api/v1";
const ROLES = ["viewer", "analyst", "responder", "administrator"];
let csrf = "";
let role = "";
let signedOut = () => {};

/** A problem of RFC 9457, or that the server could not be reached (`status` 0). */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = null) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status === 0 ? "unreachable" : "");
    this.title = body.title ?? "";
    this.column = Number.isInteger(body.column) ? body.column : null;
    this.hint = typeof body.hint === "string" ? body.hint : "";
    this.diagnostics = Array.isArray(body.diagnostics) ? body.diagnostics : [];
    this.retryAfter = retryAfter;
  }
}

export const isAbort = (error) => error?.name === "AbortError";

/** What runs when the session is over. */
export function onSignedOut(run) {
  signedOut = run;
}

export function address(path, query = {}) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") words.set(key, String(value));
  }
  const text = words.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function problemOf(answer) {
  const retryAfter = Number(answer.headers.get("Retry-After")) || null;
  let body = {};
  try {
    body = await answer.json();
  } catch {
    // Not a problem document: the status is all there is to tell.
  }
  return new Problem(answer.status, body ?? {}, retryAfter);
}

/** The answer's JSON, null for 204. Throws `Problem`, or an AbortError when `signal` said so. */
export async function request(method, path, { query, body, signal, quiet401 = false } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-Jaga-CSRF"] = csrf;
  let answer;
  try {
    answer = await fetch(address(path, query), {
      method,
      headers,
      signal,
      credentials: "same-origin",
      cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem(0, { title: String(error.message) });
  }
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (answer.status === 401 && !quiet401) signedOut();
    throw problem;
  }
  if (answer.status === 204) return null;
  try {
    return await answer.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Problem(0, { title: String(error.message) });
  }
}

export const get = (path, query, options = {}) => request("GET", path, { query, ...options });
export const post = (path, body, options = {}) => request("POST", path, { body, ...options });

/** Who is signed in; null for nobody. */
export async function loadSession() {
  try {
    return keepSession(await get("/session", {}, { quiet401: true }));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export function keepSession(session) {
  csrf = session?.csrf ?? "";
  role = session?.role ?? "";
  return session;
}

/** Whether who is signed in may answer attacks; the server asks again. */
export const mayAct = () => ROLES.indexOf(role) >= ROLES.indexOf("responder");

/** Ends the request before, whenever a newer one takes its place. */
export class Latest {
  #controller = null;

  next() {
    this.#controller?.abort();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  stop() {
    this.#controller?.abort();
    this.#controller = null;
  }
}
