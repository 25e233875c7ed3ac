// A part of a page that asks again and again: an answer that is another page, such as that of signing
// in when the session has ended, is opened and not put into this one.

export function setUpLive() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (!target.matches("[data-live]") || new URL(xhr.responseURL).pathname.endsWith("/live/")) return;
    event.preventDefault();
    location.reload();
  });
}
