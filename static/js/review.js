// An adviser's desk: what is typed is sent a moment later, what is marked in the text becomes the quote of a comment, and a
// phrase goes where the cursor was. Words live in the page; here are none.

const PAUSE = 1500;
const timers = new WeakMap();
const composing = new WeakSet();

const formOf = (element) => element.closest?.("form[data-autosave]");
const isDirty = (form) => form.hasAttribute("data-unsaved");

const send = (form) => {
  clearTimeout(timers.get(form));
  if (form.isConnected && !composing.has(form)) form.dispatchEvent(new CustomEvent("autosave"));
};
const later = (form) => {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => send(form), PAUSE));
};

document.addEventListener("compositionstart", (event) => formOf(event.target) && composing.add(formOf(event.target)));
document.addEventListener("compositionend", (event) => {
  const form = formOf(event.target);
  if (form) { composing.delete(form); later(form); }
});
document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  form.setAttribute("data-unsaved", String(Number(form.dataset.unsaved || 0) + 1));
  if (event.target.type === "radio") send(form);
  else later(form);
});

// What was typed after a request left is not saved by its answer.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches?.("form[data-autosave]")) form.sentAt = form.dataset.unsaved;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.("form[data-autosave]")) return;
  const { successful, xhr } = event.detail;
  if (successful && xhr.getResponseHeader("X-Desk") && form.dataset.unsaved === form.sentAt) form.removeAttribute("data-unsaved");
});
document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (form && !event.defaultPrevented && !form.hasAttribute("hx-post")) form.removeAttribute("data-unsaved");
  else if (form && event.submitter?.name === "then") form.removeAttribute("data-unsaved");
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-unsaved]")) event.preventDefault();
});

// Signed out meanwhile: the answer is the page for signing in. It must not take the place of what was typed.
const lost = document.getElementById("desk-lost");
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.elt.closest?.("[data-desk], form[data-autosave]")) return;
  const isOurs = Boolean(event.detail.xhr.getResponseHeader("X-Desk"));
  if (!isOurs) event.detail.shouldSwap = false;
  if (lost) lost.hidden = isOurs;
});

// The words that are marked in a paragraph go along as its quote.
document.addEventListener("htmx:configRequest", (event) => {
  const passage = document.getElementById(event.detail.elt.dataset.quotes ?? "");
  const marked = document.getSelection();
  if (!passage || !marked.rangeCount || marked.isCollapsed) return;
  const words = passage.querySelector(".desk-words");
  if (!words.contains(marked.anchorNode) || !words.contains(marked.focusNode)) return;
  const copy = marked.getRangeAt(0).cloneContents();
  copy.querySelectorAll("del, .visually-hidden").forEach((element) => element.remove());
  const quote = copy.textContent.trim();
  if (quote) event.detail.parameters.quote = quote;
});

// What was asked for stands elsewhere on the page than the link that asked: reading goes on there.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.(".desk-slot, .desk-own, .desk-phrases")) event.target.querySelector("[data-focus]")?.focus();
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close) {
    const form = close.closest("form");
    if (!isDirty(form)) {
      event.preventDefault();
      const back = form.closest(".desk-slot")?.parentElement;
      form.remove();
      const next = back?.querySelector(".desk-acts a");
      if (next) next.focus();
    }
    return;
  }
  const phrase = event.target.closest("[data-insert]");
  const field = phrase && document.getElementById(phrase.dataset.into);
  if (!field) return;
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n" : "";
  field.setRangeText(gap + phrase.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
