// The builder on a slow line: one request at a time. What is clicked meanwhile waits for its turn, and what is typed
// while the tree is drawn is put into the new tree, so that nothing is lost and the last state counts.
"use strict";

const waiting = [];
const typed = new Map();
const AFTER_SETTLING = 15;
const MOVING = ["remove:", "wrap:", "up:", "down:"].map((verb) => `button[value^="${verb}"]`).join() + ', button[value="text"]';
let isBusy = false;
let isMoving = false;
let owing = "";
let sent = new Map();

const isOfForm = (element) => element.closest("#builder") !== null && element.closest("[hx-sync]")?.id === "builder";
const isTree = (event) => event.detail.target?.id === "tree";
const isBuild = (event) => event.detail.requestConfig?.path.includes("/audiences/build/");
const fields = () => [...document.querySelectorAll("#tree select, #tree input:not([type=hidden])")];
const button = (action) => document.querySelector(`#builder button[name="do"][value="${CSS.escape(action)}"]`);

function holdBack(action) {
  const isTwice = waiting.includes(action) && !action.startsWith("add:");
  if (action && !isTwice) waiting.push(action);
}

document.addEventListener("htmx:confirm", (event) => {
  const element = event.detail.elt;
  if (!isBusy || !isOfForm(element)) return;
  event.preventDefault();
  if (element.matches('button[name="do"]')) holdBack(element.value);
  else owing = element.id;
});

document.addEventListener("submit", (event) => {
  if (!isBusy || event.target.id !== "builder") return;
  event.preventDefault();
  holdBack(event.submitter?.value ?? "");
});

document.addEventListener("htmx:beforeSend", (event) => {
  if (!isBuild(event)) return;
  isBusy = true;
  // After these, a place in the tree means another condition: what is typed meanwhile would land at the wrong one.
  isMoving = event.detail.elt.matches(MOVING);
  sent = new Map(fields().map((field) => [field.id, field.value]));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isTree(event) || isMoving) return;
  fields().forEach((field) => { if (sent.get(field.id) !== field.value) typed.set(field.id, field.value); });
});

// What each condition leaves out is told beside it; of a tree that is not there any more there is no such place.
document.addEventListener("htmx:afterSwap", () => {
  document.querySelectorAll("[data-loss-of]").forEach((told) => {
    document.getElementById(told.dataset.lossOf)?.replaceChildren(...told.childNodes);
    told.remove();
  });
});

// What is typed does not draw the tree anew; only what is wrong with each condition is told again, and marked here.
function mark(told) {
  const isWrong = told.querySelector(".unfinished") !== null;
  const condition = told.parentElement;
  if (!condition.matches(".condition")) return;
  condition.classList.toggle("dashed", isWrong);
  condition.querySelectorAll(":scope > input:not([type=hidden])").forEach((field) => {
    if (isWrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  });
}

document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("#tree .told").forEach(mark));

document.addEventListener("htmx:afterRequest", (event) => {
  if (isBuild(event)) window.setTimeout(goOn, window.htmx.config.defaultSettleDelay + AFTER_SETTLING);
});

function goOn() {
  isBusy = false;
  const found = [...typed].map(([id, value]) => [document.getElementById(id), value]).filter(([field]) => field);
  found.forEach(([field, value]) => { field.value = value; });
  typed.clear();
  const late = document.getElementById(owing);
  owing = "";
  let next = null;
  while (waiting.length && !next) next = button(waiting.shift());
  if (!next && found.length) next = button("refresh");
  if (next) next.click();
  else late?.dispatchEvent(new Event("change", { bubbles: true }));
}
