/* Buttons that change the data, and their keys. A button carries what it does in data-act; pressing it puts
   that into the Dash Store `deed`. A key presses the button with that data-key: in the card that has the
   focus, else in the first card with [data-keys]. */
(function () {
  "use strict";
  const AGAIN_MS = 1500; // a second press of the same button within this time is a slip
  const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  let stood = -1; // where the card stood whose button was pressed: the next one takes its place

  function put(store, data) { window.dash_clientside.set_props(store, { data: data }); }
  const cards = () => [...document.querySelectorAll("[data-keys]")];
  const writing = (node) => node.closest("input, textarea, select, [contenteditable], [role=listbox][id^=mantine], [role=dialog]");

  function current() { return document.activeElement.closest("[data-keys]") || cards()[0]; }

  function press(button) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), AGAIN_MS);
    const card = button.closest("[data-keys]");
    stood = card && cards().length > 1 ? cards().indexOf(card) : -1;
    put("deed", { ...JSON.parse(button.dataset.act), at: Date.now() });
  }

  function afterwards() { // the list was drawn anew
    document.querySelectorAll(".act[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    if (stood < 0) return;
    const next = cards()[Math.min(stood, cards().length - 1)];
    stood = -1;
    if (next) next.focus({ preventScroll: false });
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    const button = event.target.closest("[data-act]"), open = event.target.closest("[data-open]");
    if (button) press(button);
    else if (open) put("opened", { photo: Number(open.dataset.open), at: Date.now() });
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.defaultPrevented || writing(event.target)) return;
    if (event.ctrlKey || event.metaKey) {
      const undo = document.querySelector("#toast:not(.hidden) #toast-button");
      if (event.key.toLowerCase() === "z" && undo) { event.preventDefault(); press(undo); }
      return;
    }
    const card = current();
    if (!card) return;
    if (event.key in STEPS) {
      const all = cards(), next = all[all.indexOf(card) + STEPS[event.key]];
      if (all.length > 1 && next && card === document.activeElement.closest("[data-keys]")) { event.preventDefault(); next.focus(); }
      return;
    }
    if (event.key === "/" && document.getElementById(card.dataset.search || "")) {
      event.preventDefault();
      document.getElementById(card.dataset.search).focus();
      return;
    }
    const button = [...card.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
    if (button) { event.preventDefault(); button.click(); }
  });

  document.addEventListener("error", (event) => { // a format that browsers cannot show: its small copy can be
    const image = event.target;
    if (image.matches && image.matches("img[data-instead]") && !image.src.endsWith(image.dataset.instead)) image.src = image.dataset.instead;
  }, true);

  let strip = "", planned = false; // the tabs, as they were when last looked at: the shown one must be in sight
  function showTab() {
    planned = false;
    const tabs = document.querySelector(".subtabs"), shown = tabs && tabs.querySelector(".shown");
    const now = shown ? shown.textContent + tabs.scrollWidth : "";
    if (now === strip) return;
    strip = now;
    if (shown) tabs.scrollLeft = shown.offsetLeft - (tabs.clientWidth - shown.clientWidth) / 2;
  }

  new MutationObserver((changes) => {
    if (!planned) { planned = true; requestAnimationFrame(showTab); }
    if (changes.some((change) => change.target.closest && change.target.closest("[data-list]"))) afterwards();
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-act"] });
})();
