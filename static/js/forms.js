// Forms: Enter that ends a conversion never sends, one press sends once, a chosen file is checked before it travels.
// No words live here: they come from attributes and hidden elements that the server wrote in the reader's language.

// Safari reports the Enter that ended a conversion after the end of it, with key code 229.
const converting = (event) => event.isComposing || event.keyCode === 229;

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && converting(event) && event.target.closest("input, select")) event.preventDefault();
}, true);

const release = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("[data-waiting]").forEach((button) => {
    button.removeAttribute("aria-disabled");
    delete button.dataset.waiting;
  });
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // Another listener may still refuse, so look when all have run. `disabled` would drop the button's own name and value.
  setTimeout(() => {
    if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) {
      button.setAttribute("aria-disabled", "true");
      button.dataset.waiting = "yes";
    }
  }, 0);
}, true);

// Back from the next page, or a fragment arrived: the form may be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) release(form);
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file") return;
  const limit = Number(input.dataset.maxBytes || 0);
  const tooLarge = limit > 0 && [...input.files].some((file) => file.size > limit);
  const message = document.getElementById(`${input.id}_too_large`);
  if (message) message.hidden = !tooLarge;
  if (tooLarge) input.value = "";
});
