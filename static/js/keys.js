// One listener on the document, by the key's place (`event.code`), so that it works in the Cyrillic
// layout. No single key ever moves money.

const typing = (element) =>
  element.matches("input, select, textarea, [contenteditable]");

const shortcutsOff = () => document.documentElement.dataset.shortcuts === "off";

export function setUpKeys() {
  let awaitingGo = 0;

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
  });

  document.addEventListener("keydown", (event) => {
    const dialog = document.querySelector("dialog[open]");
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
      event.preventDefault();
      open("palette");
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.code === "Enter") {
      // Chrome would submit into a new tab, and post twice.
      event.preventDefault();
      submitCurrent();
      return;
    }
    if (dialog?.id === "palette") {
      paletteKey(event, dialog);
      return;
    }
    if (dialog || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Escape") {
      leave();
      return;
    }
    if (typing(event.target) || shortcutsOff()) return;
    if (awaitingGo && Date.now() - awaitingGo < 1500) {
      awaitingGo = 0;
      const place = document.querySelector(`[data-go="${event.code}"]`);
      if (place) {
        event.preventDefault();
        place.click();
      }
      return;
    }
    if (event.code === "KeyG") awaitingGo = Date.now();
    else if (event.code === "Slash" && event.shiftKey) act(event, () => open("shortcuts"));
    else if (event.code === "Slash") act(event, () => document.querySelector("[data-filter]")?.focus());
    else if (event.code === "KeyJ") act(event, () => moveRow(1));
    else if (event.code === "KeyK") act(event, () => moveRow(-1));
    else if (event.code === "Enter") selectedRow()?.querySelector("a")?.click();
    else if (event.code === "BracketLeft") document.querySelector("[rel=prev]")?.click();
    else if (event.code === "BracketRight") document.querySelector("[rel=next]")?.click();
    else if (event.code === "KeyP") act(event, () => window.print());
    else if (event.code === "KeyN") document.querySelector("[data-new]")?.click();
  });
}

function act(event, deed) {
  event.preventDefault();
  deed();
}

function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input[type=search]");
  if (input) {
    input.value = "";
    input.focus();
  }
}

function submitCurrent() {
  const button = document.querySelector("dialog[open] [data-submit], main [data-submit]");
  if (button && !button.disabled) button.form.requestSubmit(button);
}

function leave() {
  const form = document.querySelector("[data-money-form]");
  const cancel = document.querySelector("[data-cancel]");
  if (cancel && (!form?.dataset.dirty || window.confirm(cancel.dataset.ask || cancel.textContent))) {
    cancel.click();
  }
}

function rows() {
  return [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a"));
}

function selectedRow() {
  return document.querySelector("main tbody tr[aria-selected=true]");
}

function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.indexOf(selectedRow());
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  all[now]?.removeAttribute("aria-selected");
  next.setAttribute("aria-selected", "true");
  next.querySelector("a").focus();
}

function paletteKey(event, dialog) {
  if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.code)) return;
  event.preventDefault();
  const options = [...dialog.querySelectorAll("a[role=option]")];
  if (!options.length) return;
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.code === "Enter") {
    (options[now] || options[0]).click();
    return;
  }
  const step = event.code === "ArrowDown" ? 1 : -1;
  const next = options[(now + step + options.length) % options.length];
  options[now]?.removeAttribute("aria-selected");
  next.setAttribute("aria-selected", "true");
  next.scrollIntoView({ block: "nearest" });
}
