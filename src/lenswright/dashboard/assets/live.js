/* Small things the browser does alone: slow polling while hidden, the drawer, the colour scheme. */
(function () {
  "use strict";
  const SHOWN_MS = 2000, HIDDEN_MS = 20000; // the first kept in step with poll.py

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.lenswright = Object.assign({}, window.dash_clientside.lenswright, {
    navbar: (opened, navbar) => ({ ...navbar, collapsed: { mobile: !opened } }),
    close: () => false,
    open: () => true,
    scheme: () => scheme(),
  });

  // The scheme in force: the visitor's choice, else the system's.
  function scheme() {
    const chosen = document.documentElement.getAttribute("data-mantine-color-scheme");
    if (chosen === "light" || chosen === "dark") return chosen;
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  new MutationObserver(() => {
    const set = window.dash_clientside.set_props;
    if (set) set("scheme", { data: scheme() });
  }).observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });

  document.addEventListener("visibilitychange", () => {
    const set = window.dash_clientside.set_props;
    if (!set) return;
    set("tick", { interval: document.hidden ? HIDDEN_MS : SHOWN_MS });
    if (!document.hidden) set("wake", { data: Date.now() }); // do not wait for the slow tick to end
  });
})();
