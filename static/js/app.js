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

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr } = detail;
    const answer = xhr.responseURL ? new URL(xhr.responseURL).pathname : "";
    if (answer.startsWith("/accounts/") && !location.pathname.startsWith("/accounts/")) {
      // Signed out meanwhile: the sign-in page belongs in the window, not in a piece of this page.
      // Where something was sent, it says that this was not saved.
      detail.shouldSwap = false;
      if (detail.requestConfig.verb === "get") location.reload();
      else location.assign(xhr.responseURL);
    } else if (xhr.status >= 400 && detail.shouldSwap && /^\s*<!doctype/i.test(xhr.responseText)) {
      // A whole page refuses: it takes the place of the whole page.
      detail.target = document.body;
      detail.swapOverride = "innerHTML";
      detail.selectOverride = "unset";
    }
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
