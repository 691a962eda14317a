/* Selecting photos in the gallery: click, shift-click, arrows, space, a, Esc. What is selected goes into the
   Dash Store `selected`. The tiles are a listbox: one of them is in the order of Tab, arrows move within. */
(function () {
  "use strict";
  const COLUMNS_KEYS = { ArrowLeft: -1, ArrowRight: 1 };
  const selected = new Set();
  let anchor = null, drawn = null, planned = false;

  const gallery = () => document.getElementById("gallery");
  const tiles = () => [...document.querySelectorAll("#gallery [data-photo]")];
  const number = (tile) => Number(tile.dataset.photo);

  function publish() {
    mark();
    window.dash_clientside.set_props("selected", { data: [...selected] });
  }

  function mark() {
    const all = tiles();
    const stop = all.find((tile) => tile === document.activeElement) || all.find((tile) => tile.tabIndex === 0) || all[0];
    for (const tile of all) {
      tile.setAttribute("aria-selected", String(selected.has(number(tile))));
      tile.tabIndex = tile === stop ? 0 : -1;
    }
  }

  function choose(tile, range) {
    const all = tiles(), from = all.findIndex((other) => number(other) === anchor), to = all.indexOf(tile);
    if (range && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((other) => selected.add(number(other)));
    else {
      if (selected.has(number(tile))) selected.delete(number(tile));
      else selected.add(number(tile));
      anchor = number(tile);
    }
    publish();
  }

  function clear() { if (selected.size) { selected.clear(); anchor = null; publish(); } }

  function step(tile, key) { // the tile that an arrow leads to
    const all = tiles(), at = all.indexOf(tile);
    if (key in COLUMNS_KEYS) return all[at + COLUMNS_KEYS[key]];
    if (key === "Home") return all[0];
    if (key === "End") return all[all.length - 1];
    const columns = all.filter((other) => other.offsetTop === all[0].offsetTop).length;
    return all[at + (key === "ArrowDown" ? columns : -columns)];
  }

  document.addEventListener("click", (event) => {
    const tile = event.target.closest && event.target.closest("#gallery [data-photo]");
    if (tile && !event.target.closest("[data-open]")) {
      choose(tile, event.shiftKey);
      tile.focus();
    } else if (event.target.closest && event.target.closest("#bulk-clear")) clear();
  });
  document.addEventListener("mousedown", (event) => { // shift-click selects photos, not text
    if (event.shiftKey && event.target.closest && event.target.closest("#gallery")) event.preventDefault();
  });
  document.addEventListener("dblclick", (event) => {
    const tile = event.target.closest && event.target.closest("#gallery [data-photo]");
    if (tile) tile.querySelector("[data-open]").click();
  });

  document.addEventListener("keydown", (event) => {
    const tile = event.target.closest && event.target.closest("#gallery [data-photo]");
    if (!tile || event.altKey) return;
    const next = step(tile, event.key);
    if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      if (next) { if (event.shiftKey) { anchor = anchor || number(tile); next.focus(); choose(next, true); } else next.focus(); mark(); }
    } else if (event.key === " ") choose(tile, event.shiftKey);
    else if (event.key === "Enter") tile.querySelector("[data-open]").click();
    else if (event.key.toLowerCase() === "a") { tiles().forEach((other) => selected.add(number(other))); publish(); }
    else if (event.key === "Escape") clear();
    else if (event.key === "Delete" && selected.size) document.querySelector("#bulk-delete:not(.hidden)")?.click();
    else return;
    event.preventDefault();
  });

  function follow() { // other photos are shown: what was selected under another filter is not meant any more
    planned = false;
    const box = gallery(), now = box && box.dataset.drawn;
    if (!now) return;
    if (drawn !== null && now !== drawn) clear();
    drawn = now;
    mark();
  }
  new MutationObserver(() => {
    if (planned || !gallery()) return;
    planned = true;
    requestAnimationFrame(follow);
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-photo", "data-drawn"] });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lenswright = Object.assign({}, window.dash_clientside.lenswright, {
    select: (ids) => { // the server chose them: all that pass the filters, or none after a deed
      if (!ids) return window.dash_clientside.no_update;
      selected.clear();
      ids.forEach((id) => selected.add(id));
      mark();
      return ids;
    },
  });
})();
