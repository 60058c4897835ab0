// After a quarter of an hour without use the page is covered in every window; the password of the same person uncovers it,
// with everything typed still there. The server locks by itself: this only hides what is on the screen already.
(() => {
  "use strict";
  const dialog = document.getElementById("lock");
  if (!dialog) return;
  const IDLE = 15 * 60 * 1000;
  const TELL_EVERY = 60 * 1000;
  const form = dialog.querySelector("form");
  const says = document.getElementById("lock-says");
  const windows = new BroadcastChannel("lock");
  let last = Date.now();
  let told = Date.now();
  let timer = 0;

  const cover = (everywhere) => {
    if (dialog.open) return;
    document.body.classList.add("covered");
    says.textContent = "";
    dialog.showModal();
    if (everywhere) windows.postMessage("locked");
  };
  const uncover = (everywhere) => {
    last = told = Date.now();
    if (dialog.open) dialog.close("unlocked");
    document.body.classList.remove("covered");
    form.reset();
    watch();
    document.dispatchEvent(new CustomEvent("unlocked"));
    if (everywhere) windows.postMessage("unlocked");
  };
  const look = () => (Date.now() - last >= IDLE ? cover(false) : watch());
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(1000, IDLE - (Date.now() - last)));
  };
  const used = (byHand) => {
    if (dialog.open) return;
    last = Date.now();
    if (!byHand || Date.now() - told < TELL_EVERY) return;
    told = Date.now();
    windows.postMessage("used");
    // Who types into a page that asks the server for nothing is there all the same.
    fetch(dialog.dataset.here, { headers: { "X-Requested-With": "lock" }, redirect: "manual" })
      .then((answer) => { if (answer.status === 423) cover(true); })
      .catch(() => {});
  };

  ["keydown", "pointerdown", "input", "wheel"].forEach((name) =>
    document.addEventListener(name, () => used(true), { passive: true, capture: true }));
  ["visibilitychange", "focus", "pageshow"].forEach((name) =>
    addEventListener(name, () => { if (!dialog.open) look(); }));
  windows.addEventListener("message", ({ data }) => {
    if (data === "locked") cover(false);
    else if (data === "unlocked") uncover(false);
    else used(false);
  });
  document.addEventListener("locked", () => cover(true));
  document.addEventListener("htmx:responseError", ({ detail }) => { if (detail.xhr.status === 423) cover(true); });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => { if (document.body.classList.contains("covered")) dialog.showModal(); });

  const unlock = () => fetch(form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Requested-With": "lock" }, redirect: "manual",
  });
  // Who signed in again in another window has another token: this page asks for it, if it is the same person.
  const freshToken = async () => {
    const answer = await fetch(location.href);
    if (answer.redirected || !answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#lock [name=csrfmiddlewaretoken]")?.value;
    if (!token || page.getElementById("lock").dataset.who !== dialog.dataset.who) return false;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return true;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    delete form.dataset.sent;
    says.textContent = "";
    try {
      let answer = await unlock();
      if (answer.status === 403 && await freshToken()) answer = await unlock();
      if (answer.status === 204) { uncover(true); return; }
      if (answer.status === 422) says.textContent = await answer.text();
      else document.getElementById("lock-gone").hidden = false;
    } catch { says.textContent = document.getElementById("failed").textContent.trim(); }
    document.getElementById("lock-password").select();
  });
  watch();
})();
