// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

// The only place that makes elements. Texts become text nodes, and only
// attributes that cannot run anything are set.
import { visible } from "./visible.js";

const SVG = "http://www.w3.org/2000/svg";
const SAFE = new Set([
  "id", "role", "type", "name", "for", "placeholder", "title", "tabindex", "autocomplete", "autocapitalize",
  "spellcheck", "rows", "min", "max", "step", "maxlength", "minlength", "lang", "dir", "scope", "colspan", "datetime",
  "download", "href", "enterkeyhint", "inputmode",
]);
const PROPERTIES = new Set(["checked", "disabled", "hidden", "selected", "required", "value", "readOnly"]);

function setAttribute(element, name, value) {
  if (!SAFE.has(name) && !/^(aria|data)-[a-z-]+$/.test(name)) {
    throw new Error(`attribute ${name} is not allowed`);
  }
  // Addresses are ours alone: a page of this dashboard or an export of the API.
  if (name === "href" && !/^(#\/|api\/v1\/(alerts|vulnerabilities)\/export(\?|$))/.test(value)) {
    throw new Error("only our own pages are linked");
  }
  element.setAttribute(name, value === true ? "" : visible(value));
}

function append(element, child) {
  if (child === null || child === undefined || child === false || child === true) return;
  if (Array.isArray(child)) for (const each of child) append(element, each);
  else if (child instanceof Node) element.append(child);
  else element.append(document.createTextNode(visible(child)));
}

/**
 * Makes an element: `h("button.primary", { type: "button", on: { click } }, "Save")`.
 * `checked`, `disabled` and the others of PROPERTIES are set as properties, all others as attributes.
 */
export function h(tag, options = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(" ");
  if (options === null || typeof options !== "object" || options instanceof Node || Array.isArray(options)) {
    append(element, options);
    options = {};
  }
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (key === "class") element.className = `${element.className} ${value}`.trim();
    else if (PROPERTIES.has(key)) element[key] = value;
    else setAttribute(element, key, value);
  }
  append(element, children);
  return element;
}

/** Takes the icons of icons/icons.svg into the document, so that they are there when the server is away. */
export function loadIcons() {
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.addEventListener("load", () => {
    const sprite = document.createElementNS(SVG, "svg");
    sprite.setAttribute("class", "icon sprite");
    sprite.setAttribute("aria-hidden", "true");
    for (const symbol of request.responseXML?.querySelectorAll("symbol") ?? []) {
      sprite.append(document.importNode(symbol, true));
    }
    document.body.prepend(sprite);
  });
  request.open("GET", "icons/icons.svg");
  request.send();
}

/** An icon by its name in icons/icons.svg; the name is ours, never outside text. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Puts these children in place of what is there. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A button with an icon and an accessible name. */
export function iconButton(name, label, click, options = {}) {
  const own = { type: "button", "aria-label": label, title: label, on: { click } };
  return h("button.icon-button", { ...own, ...options }, icon(name));
}
