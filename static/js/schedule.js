// The schedule: Enter takes the first who was found, and days by single letters. Every page works without it.
(() => {
  "use strict";
  const box = document.getElementById("q");
  const form = box && box.closest("form[data-first]");
  const links = () => [...document.querySelectorAll("#found a")];
  const shows = () => document.getElementById("found")?.dataset.query === box.value;
  let waits = false;

  const takeFirst = () => {
    waits = false;
    const [first] = links();
    if (first) location.assign(first.href);
  };
  if (form && window.htmx) {
    form.addEventListener("submit", (event) => {
      if (!box.value.trim() || event.submitter && event.submitter === document.activeElement) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (shows()) takeFirst(); else waits = true; // the list is on its way
    }, true);
    document.addEventListener("htmx:afterSettle", () => { if (waits && shows()) takeFirst(); });
    document.addEventListener("htmx:sendError", () => { waits = false; });
    box.addEventListener("input", () => { waits = false; });
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && links().length) { event.preventDefault(); links()[0].focus(); }
    });
  }

  // One menu at a time, and Escape closes it.
  const menus = () => document.querySelectorAll("details.more[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  const go = (where) => { const link = document.querySelector(where); if (link) location.assign(link.href); };
  onKeys({
    p: () => go("#earlier"),
    n: () => go("#later"),
    t: () => go("#now"),
    d: () => go("#as-day"),
    w: () => go("#as-week"),
    "/": () => box.focus(),
  });
})();
