// One listener on the document, by the key's place (`event.code`), so that it works in the Cyrillic
// layout. No single key ever moves money.

const TYPED = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
const GO_MS = 1500;
let goneAt = 0;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open);
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.user-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (withControl(event) || inCombobox(event) || onward(event)) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const dialog = document.querySelector("dialog[open]");
  if (event.code === "Escape" && !dialog) leave(event);
  else if (!dialog && !event.target.matches(TYPED) && !shortcutsOff()) letter(event);
});
// The first print is the original; the server is told, so that the next one is a copy.
window.addEventListener("afterprint", () => document.querySelector("[data-printed]")?.submit());

const shortcutsOff = () => document.documentElement.dataset.shortcuts === "off";

function withControl(event) {
  if (!(event.ctrlKey || event.metaKey)) return false;
  if (event.code === "KeyK") return act(event, () => open("palette"));
  // Chrome would submit into a new tab, and post twice.
  if (event.code === "Enter" || event.code === "NumpadEnter") return act(event, submitCurrent);
  return false;
}

// --- Letters ------------------------------------------------------------------------------------

const LETTERS = {
  Slash: () => document.querySelector("[data-filter]")?.focus(),
  KeyJ: () => moveRow(1),
  KeyK: () => moveRow(-1),
  Enter: () => selectedRow()?.querySelector("a")?.click(),
  BracketLeft: () => document.querySelector("[rel=prev]")?.click(),
  BracketRight: () => document.querySelector("[rel=next]")?.click(),
  KeyN: () => document.querySelector("[data-new]")?.click(),
  KeyP: () => window.print(),
};

function letter(event) {
  if (Date.now() - goneAt < GO_MS) {
    goneAt = 0;
    const place = document.querySelector(`[data-go="${event.code}"]`);
    if (place) act(event, () => place.click());
    return;
  }
  if (event.code === "Slash" && event.shiftKey) {
    act(event, () => open("shortcuts"));
    return;
  }
  const focused = document.querySelector(`main [data-key-focus="${event.code}"]`);
  const named = `[data-key="${event.code}"]`;
  const link = selectedRow()?.querySelector(named) ?? document.querySelector(`main ${named}`);
  if (focused) act(event, () => focused.focus());
  else if (link) act(event, () => link.click());
  else if (event.code === "KeyG") goneAt = Date.now();
  else if (event.code === "Enter" && event.target.closest("a, button, summary")) return;
  else if (event.code in LETTERS) act(event, LETTERS[event.code]);
}

function act(event, deed) {
  event.preventDefault();
  deed();
  return true;
}

function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  document.querySelector("dialog[open]")?.close();
  dialog.showModal();
  const input = dialog.querySelector("input[type=search]");
  if (input) {
    input.value = "";
    input.focus();
  }
}

function submitCurrent() {
  const button = document.querySelector("main [data-submit]");
  if (button && !button.disabled) button.form.requestSubmit(button);
}

function leave(event) {
  const cancel = document.querySelector("main [data-cancel]");
  if (!cancel) {
    if (event.target.value) event.target.value = "";
    else event.target.blur?.();
    return;
  }
  const form = document.querySelector("[data-money-form]");
  if (!form?.dataset.dirty || window.confirm(cancel.dataset.ask)) act(event, () => cancel.click());
}

// --- Rows of lists ------------------------------------------------------------------------------

const selectedRow = () => document.querySelector("main tbody tr[data-at]");

function moveRow(step) {
  const all = [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a"));
  if (!all.length) return;
  const now = all.indexOf(selectedRow());
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  all[now]?.removeAttribute("data-at");
  next.setAttribute("data-at", "");
  next.querySelector("a").focus();
}

// --- Boxes that find: the palette, and the teller's search --------------------------------------

function inCombobox(event) {
  const box = event.target.closest?.("[role=combobox]");
  if (!box || !["ArrowDown", "ArrowUp", "Enter", "NumpadEnter"].includes(event.code)) return false;
  const options = [...document.getElementById(box.getAttribute("aria-controls")).querySelectorAll("a[role=option]")];
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.code.endsWith("Enter")) {
    // Before the answer to what was typed is there, Enter asks at once.
    const stale = box.dataset.answered !== box.value && box.value.trim().length > 1;
    return act(event, () => (stale ? askNow(box) : (options[now] ?? options[0])?.click()));
  }
  if (!options.length) return act(event, () => {});
  return act(event, () => {
    const step = event.code === "ArrowDown" ? 1 : -1;
    select(box, options, (now + step + options.length) % options.length);
  });
}

function askNow(box) {
  box.dataset.eager = "yes";
  window.htmx?.trigger(box, "ask");
}

function select(box, options, place) {
  for (const option of options) option.removeAttribute("aria-selected");
  options[place].setAttribute("aria-selected", "true");
  options[place].scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", options[place].id);
}

document.addEventListener("htmx:afterSwap", (event) => {
  const box = document.querySelector(`[role=combobox][aria-controls="${event.detail.target.id}"]`);
  if (!box) return;
  const options = [...event.detail.target.querySelectorAll("a[role=option]")];
  box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-expanded", String(options.length > 0));
  box.dataset.answered = event.detail.requestConfig.parameters.q ?? "";
  if (options.length) select(box, options, 0);
  if (box.dataset.eager && options.length) options[0].click();
  delete box.dataset.eager;
});

// --- Enter in forms that move money goes on to the next field -----------------------------------

function onward(event) {
  const field = event.target;
  if (!["Enter", "NumpadEnter"].includes(event.code) || event.shiftKey) return false;
  if (!field.matches("[data-money-form] input:not([type=hidden])")) return false;
  const fields = [...field.form.elements].filter(
    (one) => one.matches("input:not([type=hidden]), select, textarea, [data-submit]") && one.offsetParent,
  );
  const next = fields[fields.indexOf(field) + 1];
  return act(event, () => {
    next?.focus();
    if (next?.matches("input")) next.select();
  });
}
