// What every page does by itself: forms post once, live parts stay what they are, and the end of the
// session is told before it comes. Pages work without any script, but for the palette.
//
// Each page asks for this and for keys.js, and those that count cash or entries for counting.js; no
// module imports another one, so that all come at once and under names that tell their content.

// --- Forms: post once, keep what was typed, mark a field as soon as its live check has spoken ----

document.querySelector("[data-focus]")?.focus();

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-money-form]");
  if (form) form.dataset.dirty = "yes";
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-money-form]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // Back from the receipt leads to a fresh form, not to the browser's page on sending again.
  if (event.submitter?.value === "confirm") history.replaceState(null, "", location.href);
});

// A page that comes back from the browser's memory may be sent again: its key makes it harmless.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-money-form]")) delete form.dataset.sent;
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const slot = event.detail.target;
  if (!slot?.id?.startsWith("msg_")) return;
  const field = document.querySelector(`[name="${CSS.escape(slot.id.slice(4))}"]`);
  const text = slot.textContent.trim();
  if (text && !slot.querySelector(".good")) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
  document.getElementById("live").textContent = text;
});

// --- A part of a page that asks again and again --------------------------------------------------

// An answer that is another page, such as that of signing in when the session has ended, is opened
// and not put into this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!target.matches("[data-live]") || new URL(xhr.responseURL).pathname.endsWith("/live/")) return;
  event.preventDefault();
  location.reload();
});

// --- The end of the session ------------------------------------------------------------------------

// Two minutes before the session ends a word appears; F2, the button or any work prolongs it. What
// was typed stays. Focus is never taken: the word is an alert, which screen readers say by themselves.
const WARN_S = 120;
let endsAt = 0;
let timer = 0;

function watchSession() {
  const left = document.documentElement.dataset.sessionLeft;
  const note = document.getElementById("session-note");
  if (left === undefined || !note) return;
  expect(Number(left));
  document.addEventListener("htmx:configRequest", (event) => {
    // What a page asks by itself is no work of a person.
    if (event.detail.elt.matches("[data-live]")) event.detail.headers["X-Quiet"] = "1";
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const said = event.detail.xhr?.getResponseHeader("X-Session-Left");
    if (said) expect(Number(said));
  });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "F2" || note.hidden || note.dataset.state !== "ending") return;
    event.preventDefault();
    prolong();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) look();
  });
  note.querySelector("[data-prolong]").addEventListener("click", prolong);
}

function expect(leftS) {
  endsAt = Date.now() + leftS * 1000;
  if (leftS > WARN_S) show("");
  plan();
}

function plan() {
  clearTimeout(timer);
  const leftS = (endsAt - Date.now()) / 1000;
  timer = setTimeout(look, Math.max(1, leftS > WARN_S ? leftS - WARN_S : leftS) * 1000);
}

// Another tab may have gone on working: the server knows.
async function look() {
  if ((endsAt - Date.now()) / 1000 > WARN_S + 1) return plan();
  const leftS = await ask({ headers: { "X-Quiet": "1" } });
  if (leftS === null) return show("ended");
  expect(leftS);
  if (leftS <= WARN_S) show(leftS > 0 ? "ending" : "ended");
}

async function prolong() {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const before = endsAt;
  const leftS = await ask({ method: "POST", headers: { "X-CSRFToken": token } });
  if (leftS === null) return show("ended");
  expect(leftS);
  // The longest time of a session is not prolonged by anything.
  if (leftS <= WARN_S && endsAt <= before + 1000) show("last");
}

async function ask(how) {
  try {
    const answer = await fetch("/session/", { credentials: "same-origin", redirect: "manual", ...how });
    return answer.ok ? (await answer.json()).left : null;
  } catch {
    return null;
  }
}

function show(state) {
  const note = document.getElementById("session-note");
  if (note.dataset.state === state) return;
  note.dataset.state = state;
  note.hidden = !state;
  for (const part of note.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
}

watchSession();
