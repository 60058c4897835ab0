// The caseload by single letters.
(() => {
  "use strict";
  const keys = document.getElementById("keys");

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

  onKeys({
    j: () => step(1),
    k: () => step(-1),
    s: () => go("session"),
    b: () => go("book"),
    m: () => go("move"),
    d: () => go("dealt"),
    "/": () => document.getElementById("q").focus(),
    "?": () => { keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); },
  });
})();
