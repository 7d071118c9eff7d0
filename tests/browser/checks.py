"""Small checks of a page by script: what a keyboard, a screen reader and a narrow screen need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_FAULTS = """() => {
  const faults = [];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true });
  const say = (e) => e.outerHTML.replace(/\\s+/g, " ").slice(0, 140);
  const text = (e) => (e?.textContent ?? "").trim();
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1) faults.push(`${headings.length} main headings`);
  if (headings.length && !text(headings[0])) faults.push("the main heading is empty");
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim() || document.title.startsWith(" ")) faults.push("no title");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const named = (field.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    const label = [...(field.labels ?? [])].map(text).join("") || field.getAttribute("aria-label")
      || named.map((id) => text(document.getElementById(id))).join("");
    if (!label && !field.hidden) faults.push(`no label: ${say(field)}`);
  }
  for (const doer of document.querySelectorAll("a[href], button, summary")) {
    const hidden = doer.closest("[aria-hidden=true]");
    if (!hidden && !text(doer) && !doer.getAttribute("aria-label") && !doer.title) faults.push(`no name: ${say(doer)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`no alternative: ${say(image)}`);
  for (const drawing of document.querySelectorAll("main figure svg")) {
    const hidden = drawing.closest("[aria-hidden=true]");
    const said = drawing.getAttribute("aria-label") || drawing.querySelector("title, [aria-label]")
      || drawing.closest("figure").querySelector("figcaption, table");
    if (!hidden && shown(drawing) && !said) faults.push(`no words for: ${say(drawing)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`twice the id ${id}`);
  const ordered = [...document.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0);
  for (const e of ordered) faults.push(`own order of focus: ${say(e)}`);
  return faults;
}"""
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  const scrolls = (e) => e && e !== document.body && e !== document.documentElement
    && (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const sticksOut = (e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e);
  const wide = [...document.body.querySelectorAll("*")].filter(sticksOut).slice(0, 4);
  const said = wide.map((e) => e.outerHTML.replace(/\\s+/g, " ").slice(0, 120));
  return [`${document.scrollingElement.scrollWidth} px wide`, ...said];
}"""
_TEXTS = """() => {
  const found = [];
  const data = "td, dd, tbody th, .say, .in-words, .fact-value, [data-row-link], .user-menu, .languages, .found, "
    + "code, pre, svg, kbd, textarea, .brand, script, style";
  const own = "td .tag:not(.n), td .btn, td small.help, thead th";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    const words = node.textContent.replace(/\\s+/g, " ").trim();
    if (!/\\p{L}{3}/u.test(words)) continue;
    if (holder.closest(data) && !holder.closest(own)) continue;
    found.push(words);
  }
  for (const e of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    if (e.closest(data) && !e.closest(own)) continue;
    for (const name of ["aria-label", "placeholder", "title"]) {
      const words = (e.getAttribute(name) ?? "").replace(/\\s+/g, " ").trim();
      if (/\\p{L}{3}/u.test(words)) found.push(words);
    }
  }
  return found;
}"""


def faults(page: Page) -> list[str]:
    """What is wrong with the page, in words; nothing for a good one."""
    return [f"{page.url}: {fault}" for fault in page.evaluate(_FAULTS)]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways; nothing when it fits."""
    return [f"{page.url}: {fault}" for fault in page.evaluate(_TOO_WIDE)]


def texts(page: Page) -> list[str]:
    """The texts that the pages say themselves: everything but names, figures and what people wrote."""
    return list(dict.fromkeys(page.evaluate(_TEXTS)))
