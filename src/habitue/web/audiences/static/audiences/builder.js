// The builder on a slow line: one drawing of the tree at a time. What is clicked meanwhile waits for its turn and what
// is typed meanwhile is put into the new tree, so that nothing is lost and the last state counts.
"use strict";

const waiting = [];
const typed = new Map();
const AFTER_SETTLING = 15;
let isDrawing = false;
let isMoving = false;
let sent = new Map();

const isTree = (event) => event.detail.target?.id === "tree";
const isOfForm = (element) => element.closest("#builder") !== null && element.closest("[hx-sync]")?.id === "builder";
const fields = () => [...document.querySelectorAll("#tree select, #tree input:not([type=hidden])")];
const button = (action) => document.querySelector(`#builder button[name="do"][value="${CSS.escape(action)}"]`);

function holdBack(action) {
  const isTwice = waiting.includes(action) && !action.startsWith("add:");
  if (action && !isTwice) waiting.push(action);
}

document.addEventListener("htmx:confirm", (event) => {
  const element = event.detail.elt;
  if (!isDrawing || !isOfForm(element)) return;
  event.preventDefault();
  if (element.matches('button[name="do"]')) holdBack(element.value);
});

document.addEventListener("submit", (event) => {
  if (!isDrawing || event.target.id !== "builder") return;
  event.preventDefault();
  holdBack(event.submitter?.value ?? "");
});

document.addEventListener("htmx:beforeSend", (event) => {
  if (!isTree(event)) return;
  isDrawing = true;
  // After these, a place in the tree means another condition: what is typed meanwhile would land at the wrong one.
  isMoving = /^(remove|wrap|up|down|text)/.test(event.detail.elt.value ?? "");
  sent = new Map(fields().map((field) => [field.id, field.value]));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isTree(event) || isMoving) return;
  fields().forEach((field) => { if (sent.get(field.id) !== field.value) typed.set(field.id, field.value); });
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (isTree(event)) window.setTimeout(goOn, window.htmx.config.defaultSettleDelay + AFTER_SETTLING);
});

function goOn() {
  isDrawing = false;
  const found = [...typed].map(([id, value]) => [document.getElementById(id), value]).filter(([field]) => field);
  found.forEach(([field, value]) => { field.value = value; });
  typed.clear();
  let next = null;
  while (waiting.length && !next) next = button(waiting.shift());
  next ??= found.length ? button("refresh") : null;
  next?.click();
}
