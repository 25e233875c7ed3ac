// Forms: post once, keep what was typed, and mark a field as soon as its live check has spoken.

export function setUpFields() {
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
}
