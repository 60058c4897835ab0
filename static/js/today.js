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
