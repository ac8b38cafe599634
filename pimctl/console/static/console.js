// The whole script of the console: times and numbers as the viewer's country writes them, live parts, menus.
"use strict";
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const seconds = (moment - Date.now()) / 1000;
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || ["second", 1];
    const far = Math.abs(seconds) > 30 * 86400;
    if (far) time.textContent = day.format(moment);
    else if (unit !== "second") time.textContent = relative.format(Math.round(seconds / size), unit);
    else if (seconds > 0) time.textContent = relative.format(0, unit);  // else the server's "just now" stays
    time.title = exact.format(moment);
  }
  for (const data of root.querySelectorAll("data[value]")) {
    const digits = (data.value.split(".")[1] || "").length;
    data.textContent = Number(data.value).toLocaleString(undefined, { minimumFractionDigits: digits });
  }
}

// A live part: the server sends {id: html} whenever one of its pieces looks different. A hidden tab lets go of its
// connection, of which a browser has six for a server.
function live(address) {
  let source = null;
  function open() {
    source = new EventSource(address);
    source.addEventListener("parts", (event) => {
      for (const [id, html] of Object.entries(JSON.parse(event.data))) {
        const part = document.getElementById(id);
        if (!part) continue;
        const held = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
        part.innerHTML = html;
        if (held) part.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
        localise(part);
      }
    });
    source.addEventListener("error", async () => {  // after the end of the session the page would lead to the log-in
      if (source.readyState !== EventSource.CLOSED) return;
      if ((await fetch(location, { redirect: "manual" })).type === "opaqueredirect") location.reload();
    });
    source.addEventListener("go", (event) => {
      source.close();
      const address = JSON.parse(event.data);
      if (address === location.pathname) location.reload();  // with its search and order
      else location.replace(address);
    });
  }
  function follow() {
    if (document.hidden) source?.close();
    else if (!source || source.readyState === EventSource.CLOSED) open();
  }
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", follow);
  follow();
}

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement) event.target.classList.add("missing");
}, true);
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && event.target.method === "post") setTimeout(() => (button.disabled = true));  // sent with the form first
});
addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach((b) => (b.disabled = false)));

localise(document);
setInterval(() => localise(document), 30000);
for (const part of document.querySelectorAll("[data-live]")) live(part.dataset.live);
document.querySelector("[data-focus], [aria-invalid]")?.focus();
for (const log of document.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;  // the cause is its last line
