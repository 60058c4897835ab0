// Single letters for acts, on the pages that name them in #keys. Off where the person has switched them off, and never
// while somebody types.
window.onKeys = (acts) => {
  "use strict";
  const named = document.getElementById("keys");
  if (!named || document.body.dataset.keys === "off") return;
  named.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.body.dataset.keys === "off") return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
};
