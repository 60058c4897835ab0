// A week of ticks by keyboard: arrows go from box to box, "all" of a day ticks its column. Everything is sent as it
// would be without this.
(() => {
  "use strict";
  const form = document.querySelector("[data-week]");
  if (!form) return;
  form.querySelectorAll("[data-keys]").forEach((hint) => { hint.hidden = false; });

  const ofDay = (day) => [...form.querySelectorAll(`[data-day="${day}"]`)];
  const allOf = (day) => form.querySelector(`[data-all="${day}"]`);
  form.addEventListener("change", ({ target }) => {
    if (target.dataset.all) {
      ofDay(target.dataset.all).forEach((box) => { box.checked = target.checked; });
    } else if (target.dataset.day && !target.checked) {
      const all = allOf(target.dataset.day);
      if (all) all.checked = false;
    }
  });

  const boxes = (cell) => [...cell.querySelectorAll("input:not([type=hidden]):not(:disabled)")];
  const sideways = { ArrowLeft: -1, ArrowRight: 1 };
  const upAndDown = { ArrowUp: -1, ArrowDown: 1 };
  form.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const cell = target.closest?.("td");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    let next;
    if (key in sideways) {
      const row = [...cell.closest("tr").querySelectorAll("td")].flatMap(boxes);
      next = row[row.indexOf(target) + sideways[key]];
    } else if (key in upAndDown) {
      const rows = [...cell.closest("table").querySelectorAll("tr")];
      for (let at = rows.indexOf(cell.closest("tr")) + upAndDown[key]; rows[at] && !next; at += upAndDown[key]) {
        const other = rows[at].cells[cell.cellIndex];
        if (other) next = boxes(other)[Math.min(boxes(cell).indexOf(target), boxes(other).length - 1)];
      }
    } else {
      return;
    }
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
})();
