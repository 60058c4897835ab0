// A double tap is one tap: what it would hit the second time is the row as the first tap has left it.
(() => {
  "use strict";
  const PAUSE = 500;
  let last = { id: "", at: -PAUSE };
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".tick, #all");
    if (!button) return;
    if (button.id === last.id && event.timeStamp - last.at < PAUSE) {
      event.preventDefault();
      event.stopPropagation();
    } else {
      last = { id: button.id, at: event.timeStamp };
    }
  }, true);
})();

// What a tap sent away takes the focus along: it goes on where the page says, and the one question comes into sight.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  let then = "";
  let asked = false;
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    then = target.closest("[data-then]")?.dataset.then ?? "";
    asked = byId("question") !== null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const question = byId("question");
    if (question && !asked) question.scrollIntoView({ block: "nearest" });
    if (document.activeElement !== document.body) return;
    const next = document.querySelector("#day .error") ?? byId(then);
    if (!next) return;
    if (!next.matches("a, button")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
    (next.closest("[data-then]") ?? next).scrollIntoView({ block: "nearest" });
  });
})();

// A page left open overnight shows the new day, unless something is being written.
(() => {
  "use strict";
  const opened = new Date().toDateString();
  document.addEventListener("visibilitychange", () => {
    const is_writing = [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
    if (!document.hidden && !is_writing && new Date().toDateString() !== opened) location.reload();
  });
})();
