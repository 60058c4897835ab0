// Small helps. Every page works without them.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);

  // A plain form is sent once; a double click is not a second act.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // A request that failed is said, never swallowed.
  const failed = (shown) => { const banner = byId("failed"); if (banner) banner.hidden = !shown; };
  document.addEventListener("htmx:responseError", () => failed(true));
  document.addEventListener("htmx:sendError", () => failed(true));
  document.addEventListener("htmx:beforeRequest", () => failed(false));

  // Signed out meanwhile: the answer is the sign-in page. It belongs in the window, not in a piece of this page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const asked = new URL(event.detail.pathInfo.finalRequestPath, location.href).pathname;
    const answer = event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname;
    if (answer && answer !== asked && answer.startsWith("/accounts/")) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
