// Writing a rule as text: what can come next is put in by keyboard or mouse, and an error leads to its word.
"use strict";

let isTextOpen = false;

const writing = () => document.getElementById("rule-text");
const offered = () => document.getElementById("completions");
const options = () => [...(offered()?.querySelectorAll('[role="option"]') ?? [])];
const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "rule-text") event.detail.parameters.at = writing().selectionStart;
});

function choose(number) {
  options().forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
  const option = options()[number];
  option?.scrollIntoView({ block: "nearest" });
  if (option) writing().setAttribute("aria-activedescendant", option.id);
  else writing().removeAttribute("aria-activedescendant");
}

function close() {
  offered()?.remove();
  writing()?.removeAttribute("aria-activedescendant");
}

function putIn(option) {
  const field = writing();
  const { start, end } = offered().dataset;
  const text = option.dataset.text;
  // A space goes on to the next word; inside brackets and before a dot there is none.
  const after = field.value.slice(Number(end));
  const gap = /^[\s,).]/.test(after) || /[(.]$/.test(text) ? "" : " ";
  field.setRangeText(text + gap, Number(start), Number(end), "end");
  close();
  field.focus();
  field.dispatchEvent(new Event("complete"));
}

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "rule-text") return;
  if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    event.target.dispatchEvent(new Event("complete"));
    return;
  }
  const several = options();
  if (!several.length || event.altKey || event.ctrlKey || event.metaKey) return;
  const at = chosen();
  if (event.key === "ArrowDown") choose((at + 1) % several.length);
  else if (event.key === "ArrowUp" && at >= 0) choose(at - 1);
  else if (event.key === "Enter" && at >= 0) putIn(several[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "rule-text") close();
});

// An answer that took long is one to a former text: what it offers does not fit any more, and the next one is coming.
document.addEventListener("htmx:afterSwap", () => {
  if (offered() && offered().dataset.of !== writing()?.value) close();
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("#completions [role=option]");
  if (option) putIn(option);
  const word = event.target.closest("[data-go-to]");
  if (!word) return;
  const [start, end] = word.dataset.goTo.split(",").map(Number);
  writing().focus();
  writing().setSelectionRange(start, end);
});

document.addEventListener("toggle", (event) => {
  if (event.target.id === "as-text") isTextOpen = event.target.open;
}, true);

// The box is drawn anew with the rule; whoever had it open goes on with it open, and whoever writes in it goes on writing.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id === "as-text" && document.activeElement === writing()) event.detail.shouldSwap = false;
  const box = event.detail.fragment?.querySelector?.("#as-text");
  if (box && isTextOpen) box.open = true;
});
