// The caseload by single letters. Off where the person has switched keys off, and never while somebody types.
(() => {
  "use strict";
  if (document.body.dataset.keys === "off") return;
  const keys = document.getElementById("keys");
  if (!keys) return;
  keys.hidden = false;

  const rows = () => [...document.querySelectorAll("[data-case]")];
  const here = () => rows().find((row) => row.contains(document.activeElement));
  const nameOf = (row) => row.querySelector("th a");

  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    nameOf(all[next]).focus();
    all[next].scrollIntoView({ block: "nearest" });
  };
  const go = (what) => { const row = here(); if (row && row.dataset[what]) location.assign(row.dataset[what]); };

  const acts = {
    j: () => step(1),
    k: () => step(-1),
    s: () => go("session"),
    b: () => go("book"),
    m: () => go("move"),
    d: () => go("dealt"),
    "/": () => document.getElementById("q").focus(),
    "?": () => { keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.body.dataset.keys === "off") return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
