// A note is saved as it is typed: about a second after the last key, one request at a time. Nothing of it is kept in the
// browser but on this page. Without this file the button saves.
(() => {
  "use strict";
  const form = document.getElementById("note");
  if (!form) return;
  const says = form.dataset;
  const PAUSE = 900;
  const LONGEST_PAUSE = 30000;
  const saved = document.getElementById("saved");
  const signIn = document.getElementById("sign-in-again");
  const meanwhile = document.getElementById("meanwhile");
  const ABOUT_EXERCISES = (name) => name === "done" || /_[0-9a-f-]{36}$/.test(name);
  const CONTROLS = new Set(["csrfmiddlewaretoken", "version", "act", "snippet", "into"]);

  // What the form says, each field with all its values: what is the same as what was saved last needs no saving.
  const content = () => {
    const said = {};
    for (const [name, value] of new FormData(form)) {
      if (!CONTROLS.has(name)) (said[name] ??= []).push(String(value).replace(/\r\n/g, "\n"));
    }
    return said;
  };
  const changed = (one, other) => [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));

  let stands = content();
  let onTheWay = false;
  let stopped = false; // both texts are shown, or the form is being sent
  let sending = false;
  let pressed = null; // the button that waits for the words to be saved
  let waits = 0;
  let timer = 0;
  if (document.querySelector("#errors, .both")) stands = {};

  const isSaved = () => changed(content(), stands).length === 0;
  const tell = (text, look = "") => {
    if (saved.textContent !== text) saved.textContent = text;
    saved.className = `chip ${look}`;
  };

  const body = () => {
    const sent = new FormData(form);
    const now = content();
    sent.delete("act");
    sent.append("act", "type");
    if (changed(now, stands).some(ABOUT_EXERCISES)) sent.append("exercises", "1");
    else for (const name of Object.keys(now)) if (ABOUT_EXERCISES(name)) sent.delete(name);
    return [now, new URLSearchParams(sent)];
  };
  const headers = (isRetry) => ({ "X-Requested-With": "note", ...(isRetry ? { "X-Retry": "1" } : {}) });

  const mark = (errors) => {
    form.querySelectorAll(".as-typed").forEach((error) => error.remove());
    form.querySelectorAll("[data-wrong]").forEach((field) => { field.removeAttribute("aria-invalid"); delete field.dataset.wrong; });
    for (const [name, sentences] of Object.entries(errors)) {
      const field = form.elements[name];
      if (!(field instanceof Element)) continue;
      const error = document.createElement("p");
      error.className = "error as-typed";
      error.textContent = sentences.join(" ");
      field.setAttribute("aria-invalid", "true");
      field.dataset.wrong = "yes";
      field.after(error);
    }
  };

  const retry = () => {
    waits = Math.min(waits + 1, 6);
    clearTimeout(timer);
    timer = setTimeout(() => save(true), Math.min(LONGEST_PAUSE, 1000 * 2 ** (waits - 1)));
  };

  // A token of a page that was opened before the sign-in is no longer good: the sign-in page has the new one.
  const freshToken = async () => {
    const answer = await fetch(location.pathname, { headers: { "X-Retry": "1" } });
    if (answer.redirected || !answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#note [name=csrfmiddlewaretoken]")?.value;
    if (!token) return false;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    return true;
  };

  async function save(isRetry = false) {
    clearTimeout(timer);
    if (onTheWay || stopped || isSaved()) return;
    onTheWay = true;
    const [now, sent] = body();
    try {
      let answer = await fetch(location.pathname, { method: "POST", body: sent, headers: headers(isRetry), redirect: "manual" });
      if (answer.status === 403 && await freshToken()) {
        answer = await fetch(location.pathname, { method: "POST", body: body()[1], headers: headers(isRetry), redirect: "manual" });
      }
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 401) {
        tell(says.signedOut, "wrong");
        signIn.hidden = false;
        retry();
      } else if (answer.status === 423) {
        tell(says.locked, "wrong");
        document.dispatchEvent(new CustomEvent("locked"));
        retry();
      } else if (answer.status === 409) {
        both(await answer.json(), now);
      } else if (answer.status === 422) {
        mark((await answer.json()).errors);
        tell(says.wrong, "wrong");
        stands = now;
      } else if (answer.ok) {
        const told = await answer.json();
        form.elements.version.value = told.version;
        document.querySelectorAll("form:not(#note) [name=version]").forEach((field) => { field.value = told.version; });
        stands = now;
        waits = 0;
        signIn.hidden = true;
        mark(told.errors);
        const isWrong = Object.keys(told.errors).length > 0;
        tell(isWrong ? says.wrong : told.says, isWrong ? "wrong" : "good");
      } else {
        tell(says.failed, "wrong");
        retry();
      }
    } catch {
      tell(says.lost, "wrong");
      retry();
    } finally {
      onTheWay = false;
    }
    if (stopped || waits > 0) { pressed = null; return; }
    if (!isSaved()) { if (pressed) save(); else soon(); return; }
    if (pressed) { const button = pressed; pressed = null; form.requestSubmit(button); }
  }

  const soon = () => {
    if (waits > 0) return; // the next try takes this along
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  // Somebody else has saved meanwhile: both texts, field by field. What was not touched here takes theirs.
  const put = (name, text) => {
    const field = form.elements[name];
    if (field) field.value = text;
  };
  function both(told, now) {
    const touched = new Set(changed(now, stands).map((name) => (ABOUT_EXERCISES(name) ? "done" : name)));
    const differing = told.differences.filter((each) => touched.has(each.field) || each.field === "done");
    const isOpen = told.code === "was_draft";
    const element = (tag, text = "", look = "") => {
      const made = document.createElement(tag);
      made.textContent = text;
      if (look) made.className = look;
      return made;
    };
    if (isOpen) {
      for (const each of told.differences) if (!differing.includes(each) && each.field !== "kind") put(each.field, each.theirs);
      form.elements.version.value = told.version;
    }
    if (isOpen && differing.length === 0) { stands = {}; soon(); return; }
    stopped = true;
    const banner = element("div", "", "banner warn");
    banner.setAttribute("role", "alert");
    banner.append(element("p", told.sentence));
    const panel = element("section", "", "panel both");
    panel.append(element("h2", says.both));
    const table = element("table");
    const head = element("tr");
    for (const text of [says.field, told.theirs, says.yours]) head.append(element("th", text));
    table.createTHead().append(head);
    const rows = table.createTBody();
    for (const each of differing) {
      const row = rows.insertRow();
      row.append(element("th", each.label));
      const theirs = row.insertCell();
      theirs.append(element("div", each.theirs || says.empty, "pre"));
      if (isOpen && each.field !== "done" && each.field !== "kind") {
        const take = element("button", says.take, "button");
        take.type = "button";
        take.addEventListener("click", () => { put(each.field, each.theirs); take.disabled = true; });
        theirs.append(take);
      }
      row.insertCell().append(element("div", each.yours || says.empty, "pre"));
    }
    panel.append(table);
    if (isOpen) {
      const keep = element("button", says.keep, "button main");
      keep.type = "button";
      keep.addEventListener("click", () => {
        meanwhile.replaceChildren();
        meanwhile.hidden = true;
        stopped = false;
        stands = {};
        save();
        form.querySelector("textarea")?.focus();
      });
      panel.append(keep);
    }
    meanwhile.replaceChildren(banner, panel);
    meanwhile.hidden = false;
    meanwhile.tabIndex = -1;
    meanwhile.focus();
    meanwhile.scrollIntoView({ block: "start" });
    tell(told.sentence, "wrong");
  }

  // Whoever leaves takes no word along that is not on its way.
  const flush = () => {
    if (stopped || isSaved()) return;
    const [, sent] = body();
    if (onTheWay) return;
    fetch(location.pathname, { method: "POST", body: sent, headers: headers(false), keepalive: true }).then(async (answer) => {
      if (!answer.ok || answer.redirected) return;
      form.elements.version.value = (await answer.json()).version;
    }).catch(() => {});
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  addEventListener("pagehide", flush);
  addEventListener("online", () => { waits = 0; save(true); });
  addEventListener("focus", () => { if (waits > 0) save(true); });
  addEventListener("beforeunload", (event) => {
    if (!sending && !isSaved()) { save(); event.preventDefault(); }
  });

  // A button waits until the words are saved: sent into an expired sign-in or a dead network they would be gone.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!stopped && (onTheWay || !isSaved())) {
      event.preventDefault();
      pressed = event.submitter;
      save(waits > 0);
      return;
    }
    sending = true;
    stopped = true;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) { sending = false; stopped = false; } });

  // What is still empty stands beside the signature.
  const empties = () => {
    const said = content();
    document.querySelectorAll("#still-empty [data-of]").forEach((link) => {
      link.hidden = (said[link.dataset.of] ?? [""])[0].trim() !== "";
    });
  };
  // What is said of an exercise was done.
  const tickBeside = (field) => {
    const box = field.closest(".ticks > li")?.querySelector("[name=done]");
    if (box && field !== box && field.value !== (field.dataset.planned ?? "")) box.checked = true;
  };
  form.addEventListener("input", ({ target }) => { tickBeside(target); empties(); soon(); });
  form.addEventListener("change", () => { empties(); soon(); });

  // Snippets go in at the cursor: by the button, or by their name and Tab.
  const choice = document.getElementById("snippet");
  if (!choice) return;
  let last = form.querySelector("textarea");
  const insert = (area, start, text) => {
    area.setRangeText(text, start, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  form.addEventListener("focusin", ({ target }) => { if (target.matches("textarea")) last = target; });
  document.getElementById("into-row").hidden = true;
  document.getElementById("snippet-help").hidden = false;
  document.getElementById("insert").addEventListener("click", (event) => {
    event.preventDefault();
    const text = choice.selectedOptions[0]?.dataset.text;
    if (text) insert(last, last.selectionStart, text);
    choice.value = "";
  });
  form.addEventListener("keydown", (event) => {
    const area = event.target;
    if (event.key !== "Tab" || event.shiftKey || !area.matches("textarea") || area.selectionStart !== area.selectionEnd) return;
    const before = area.value.slice(0, area.selectionStart);
    const names = [...choice.options].filter(({ dataset }) => dataset.name && endsWith(before, dataset.name));
    if (names.length === 0) return;
    const longest = names.reduce((one, other) => (other.dataset.name.length > one.dataset.name.length ? other : one));
    event.preventDefault();
    insert(area, before.length - longest.dataset.name.length, longest.dataset.text);
  });
  const endsWith = (text, name) => text.toLowerCase().endsWith(name.toLowerCase())
    && !/[\p{L}\p{N}]/u.test(text.charAt(text.length - name.length - 1));
})();
