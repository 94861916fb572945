"use strict";

// Everything that is shown becomes text, never markup: elements are made here, and what they hold is appended.

/** An element with attributes and children; children that are missing are left out. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") element.addEventListener("click", value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "" || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

const byId = (id) => document.getElementById(id);

/** `2026-11-29 06:53`, in UTC as everything here. */
function minute(time) {
  return time ? time.slice(0, 16).replace("T", " ") : "";
}

function second(time) {
  return time ? time.slice(0, 19).replace("T", " ") : "";
}

/** One thing or several: `1 user`, `12 users`. */
function counted(number, one, several) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : several ?? one + "s"}`;
}

function time(text, shown) {
  return text ? make("time", { datetime: text }, shown(text)) : null;
}

/** A table whose rows stand under each other on a phone: columns are [name, class]. */
function table(label, columns, rows, stack) {
  const heads = columns.map(([name, kind]) =>
    make("th", { scope: "col", class: kind }, name || make("span", { "aria-hidden": "true" })));
  return make("table", { "aria-label": label, class: stack ?? null },
    make("thead", null, make("tr", null, heads)),
    make("tbody", null, rows));
}

/** Name and value pairs. */
function pairs(entries, kind) {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { class: kind }, shown.map(([name, value]) => [make("dt", null, name), make("dd", null, value)]));
}

function code(text) {
  return make("code", null, text);
}

const drawn = new Map();

/** Draws a section if what it shows has changed. Focus stays on the same thing, and what was folded out stays so. */
function draw(id, data, render) {
  const text = JSON.stringify(data ?? null);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  const body = byId(id).querySelector(".body");
  const focused = body.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = new Set([...body.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const scratch = document.createDocumentFragment();
  append(scratch, [render(data)]);
  for (const one of scratch.querySelectorAll("details")) if (open.has(one.dataset.key)) one.open = true;
  body.replaceChildren(scratch);
  if (focused !== undefined) {
    const again = [...body.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused);
    (again ?? byId(id)).focus({ preventScroll: true });
  }
}
