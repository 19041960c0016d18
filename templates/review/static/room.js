// Keys, copying, and what is said when the bot cannot be reached. The room works without it.
//
//   data-item        what j and k go to (a post); it has tabindex="-1"
//   data-key="a"     pressed by the key: in the item that has the focus, else outside all items
//   data-copy="#id"  copies what that element says      data-dialog="id"  opens that dialog
//   data-close       empties the panel it stands in     data-choose="x"   ticks all [data-x]
//   form[data-keep]  asks before its words are left behind; ="unsaved": whether or not any changed
"use strict";
(() => {
  const said = document.body.dataset;
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const on = (name, what) => document.addEventListener(name, what);
  document.documentElement.classList.add("js");

  const announce = (words) => {
    const place = document.getElementById("live-words");
    place.textContent = "";
    setTimeout(() => { place.textContent = words; }, 50);
  };

  // ---------------------------------------------------------------------------------- keys
  const FIELDS = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
  const items = () => all("[data-item]").filter((each) => each.getClientRects().length);
  const itemOf = (at) => at && at.closest("[data-item]");
  let last = 0; // where the focus was, should its own item be gone

  const go = (step) => {
    const list = items(), at = list.indexOf(itemOf(document.activeElement));
    const next = list[at < 0 ? Math.min(last, list.length - 1) : at + step];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: next.offsetHeight > innerHeight - 90 ? "start" : "nearest" });
  };

  const press = (key) => {
    const item = itemOf(document.activeElement), marked = `[data-key="${CSS.escape(key)}"]`;
    const found = (item && item.querySelector(marked)) || all(marked).find((each) => !itemOf(each));
    if (!found || found.disabled) return false;
    found.click();
    if (found.matches("summary") && found.parentElement.open) {
      const first = found.parentElement.querySelector("input:not([type=hidden]), textarea, select, button");
      if (first) first.focus();
    }
    return true;
  };

  const off = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };

  on("keydown", (event) => {
    if (event.key === "Escape") {
      const open = all("details.menu[open]").pop() || event.target.closest("[data-item] details[open]");
      const panel = event.target.closest(".asked, .reading") || document.getElementById("said");
      if (open) { open.open = false; open.firstElementChild.focus(); } else if (panel) close(panel);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    if (off() || event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
    else if (event.repeat || !press(event.key)) return;
    event.preventDefault();
  });

  on("focusin", (event) => {
    const at = items().indexOf(itemOf(event.target));
    if (at >= 0) last = at;
  });

  // After a swap the focus stands on the same post, or on the one that took its place.
  let held = "";
  const refocus = (id) => {
    const list = items(), item = document.getElementById(id) || list[Math.min(last, list.length - 1)];
    if (item) item.focus({ preventScroll: true });
  };
  on("htmx:beforeSwap", () => { held = (itemOf(document.activeElement) || {}).id || held; });
  on("htmx:afterSettle", () => {
    if (held && document.activeElement === document.body) refocus(held);
    held = "";
  });
  const close = (panel) => {
    const inside = panel.contains(document.activeElement);
    panel.replaceChildren();
    if (inside) refocus((itemOf(panel) || {}).id);
  };

  // ---------------------------------------------------------------- copy, menus, dialogs, words
  const copy = async (button) => {
    const from = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText("value" in from ? from.value : from.innerText);
    } catch { // no clipboard: the words are selected, for the keys that everybody knows
      if (from.select) from.select(); else getSelection().selectAllChildren(from);
      if (!document.execCommand("copy")) return;
    }
    const was = button.dataset.was ||= button.textContent;
    button.textContent = said.copied;
    announce(said.copied);
    setTimeout(() => { button.textContent = was; }, 2000);
  };

  on("click", (event) => {
    const near = (name) => event.target.closest(`[data-${name}]`);
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target) || near("dialog")) menu.open = false;
    if (near("copy")) copy(near("copy"));
    const panel = near("close") && event.target.closest(".asked, .reading, #said");
    const opened = near("dialog") && document.getElementById(near("dialog").dataset.dialog);
    const chosen = near("choose") && all(`[data-${near("choose").dataset.choose}]`);
    if (event.ctrlKey || event.metaKey || !(panel || opened || chosen)) return;
    event.preventDefault();
    if (panel) close(panel);
    if (opened) opened.showModal();
    if (chosen) chosen.forEach((each) => { each.checked = true; });
  });

  for (const each of all("[data-keys]")) {
    each.checked = !off();
    each.addEventListener("change", () => {
      try { localStorage.setItem("keys", each.checked ? "on" : "off"); } catch { each.checked = true; }
    });
  }

  // ------------------------------------------------------------------- forms: once, and kept
  const written = (form) => form.dataset.keep || all("textarea, input[type=text]", form).some((each) => each.value !== each.defaultValue);
  let leaving = false;
  addEventListener("beforeunload", (event) => {
    if (!leaving && all("form[data-keep]").some(written)) event.preventDefault();
  });
  on("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    if (form.classList.contains("sent")) event.preventDefault(); // twice is once
    else form.classList.add("sent");
    leaving = true;
  });
  addEventListener("pageshow", () => {
    leaving = false;
    all("form.sent").forEach((form) => form.classList.remove("sent"));
  });

  // -------------------------------------------------------------------------- out of reach
  const line = document.getElementById("offline");
  let lost = false;
  const tell = (words) => { line.textContent = words; line.hidden = false; };
  const back = () => {
    if (lost) announce(said.found);
    lost = false;
    line.hidden = true;
  };
  const look = () => { if (lost) fetch("/healthz", { cache: "no-store" }).then(back, () => setTimeout(look, 3000)); };
  const gone = (event) => {
    const reads = event.detail.requestConfig.verb === "get";
    if (!reads || line.hidden) tell(reads ? said.lost : said.offline);
    if (!lost) { lost = true; setTimeout(look, 3000); }
  };
  on("htmx:sendError", gone);
  on("htmx:timeout", gone);
  on("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (xhr.status < 400) {
      if (lost || requestConfig.verb !== "get") back();
      return;
    }
    const page = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/html");
    if (page && (xhr.status < 500 || xhr.getResponseHeader("HX-Reswap"))) return; // a piece of ours
    event.detail.shouldSwap = false;
    if (xhr.status === 502 || xhr.status === 504) gone(event);
    else tell(xhr.status === 401 ? said.signedOut : said.failed);
    if (xhr.status === 401) line.append(" ", Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", textContent: said.signIn }));
  });
})();
