// Small manners of all pages: shortcuts, the folded navigation, dialogs, rows as links, files dropped, copying.
"use strict";

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
const narrow = window.matchMedia("(max-width: 760px)");

function foldNavigation() {
  document.querySelectorAll("[data-fold]").forEach((fold) => { fold.open = !narrow.matches; });
}

function focusSearch(event) {
  const field = document.querySelector("[data-search], [data-search-here]");
  if (!field) return;
  event.preventDefault();
  const fold = field.closest("[data-fold]");
  if (fold) fold.open = true;
  field.focus();
  field.select();
}

function moveInRows(step) {
  const links = [...document.querySelectorAll("[data-rows] [data-row-link]")];
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") return focusSearch(event);
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return undefined;
  if (event.key === "/") return focusSearch(event);
  if (event.key === "j" && moveInRows(1)) event.preventDefault();
  if (event.key === "k" && moveInRows(-1)) event.preventDefault();
  if (event.key === "Escape") document.querySelectorAll("[data-menu][open]").forEach((menu) => { menu.open = false; });
  return undefined;
});

document.addEventListener("click", (event) => {
  const target = event.target;
  document.querySelectorAll("[data-menu][open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
  const opener = target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  const copier = target.closest("[data-copy]");
  if (copier) copy(copier);
  const toast = target.closest(".toast");
  if (toast) toast.remove();
  const row = target.closest("tr[data-href]");
  if (row && !target.closest("a, button, input, label, select, summary") && !window.getSelection().toString()) {
    if (event.metaKey || event.ctrlKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.once === undefined || event.defaultPrevented) return;
  if (form.hasAttribute("aria-busy")) { event.preventDefault(); return; }
  form.setAttribute("aria-busy", "true");
  const button = event.submitter ?? form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  if (form.dataset.once) { button.lastChild.textContent = form.dataset.once; }
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("form[data-once][aria-busy]")) window.location.reload();
});

async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  button.lastChild.textContent = button.dataset.copied;
}

function listenToDrops(root) {
  root.querySelectorAll("[data-drop]").forEach((zone) => {
    if (zone.dataset.ready) return;
    zone.dataset.ready = "yes";
    const input = zone.querySelector("input[type=file]");
    const over = (is) => (event) => { event.preventDefault(); zone.classList.toggle("over", is); };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("change", () => {
      zone.querySelector("[data-drop-name]").textContent = [...input.files].map((file) => file.name).join(", ");
      if (input.files.length && input.form?.hasAttribute("data-autosubmit")) input.form.requestSubmit();
    });
  });
}

document.addEventListener("htmx:load", (event) => listenToDrops(event.detail.elt.parentElement ?? document));

// A whole page, such as that of an error, never goes into a part of this one: it is told in a toast.
function isPageInPart({ xhr, boosted, elt }) {
  if (!/^\s*<!doctype/i.test(xhr.responseText)) return false;
  return xhr.status >= 400 || !(boosted || elt.closest("[hx-select]"));
}

function tellFailure() {
  const toasts = document.getElementById("toasts");
  const told = document.getElementById("toast-of-failure")?.content.cloneNode(true);
  // What asks again every few seconds would fill the page with the same words.
  if (told && !toasts.querySelector("[data-failure]")) toasts.append(told);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isPageInPart({ ...event.detail, elt: event.detail.requestConfig?.elt ?? event.detail.elt })) return;
  event.detail.shouldSwap = false;
  tellFailure();
});
document.addEventListener("htmx:sendError", tellFailure);
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("[data-upload-progress]");
  if (bar && event.detail.lengthComputable) { bar.hidden = false; bar.max = event.detail.total; bar.value = event.detail.loaded; }
});
document.addEventListener("focusin", (event) => { if (event.target.matches("[data-select]")) event.target.select(); });

narrow.addEventListener("change", foldNavigation);
foldNavigation();
listenToDrops(document);
document.querySelectorAll("[data-shortcut]").forEach((key) => {
  key.textContent = (isApple ? "⌘" : "Ctrl ") + key.dataset.shortcut.toUpperCase();
});
