// What changes without a new page: focus after a swap, progress read aloud at a bearable pace, a lost connection said.

const first = document.querySelector("[data-focus]");
if (first) first.focus();

// htmx removes the element that had the focus; the fragment says by data-focus where reading goes on.
document.addEventListener("htmx:afterSettle", (event) => {
  const next = event.target.matches?.("[data-focus]") ? event.target : event.target.querySelector?.("[data-focus]");
  if (next && document.activeElement === document.body) next.focus();
});

// A progress bar moves every two seconds; a screen reader hears at most one sentence in five.
const spoken = new WeakMap();
document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("[data-speak]").forEach((job) => {
    const voice = document.getElementById(job.dataset.speak);
    if (!voice) return;
    const sentence = job.querySelector("[data-sentence]")?.textContent.trim().replace(/\s+/g, " ") ?? "";
    const last = spoken.get(voice) ?? { at: 0, sentence: "" };
    const finished = job.hasAttribute("data-finished");
    if (!sentence || sentence === last.sentence || (!finished && Date.now() - last.at < 5000)) return;
    voice.textContent = sentence;
    spoken.set(voice, { at: Date.now(), sentence });
  });
});

const lost = document.getElementById("connection-lost");
const say = (broken) => { if (lost) lost.hidden = !broken; };
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:responseError", () => say(true));
document.addEventListener("htmx:afterOnLoad", () => say(false));

// Only one small menu is open at a time, and Escape or a press elsewhere closes it.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.chip-menu[open], details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.chip-menu[open], details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A passkey that was refused, is unknown here, or was called off: say so beside the button instead of in the console.
document.addEventListener("allauth.error", (event) => {
  const sentence = document.getElementById("passkey-failed");
  if (!sentence) return;
  event.preventDefault();
  sentence.hidden = false;
});
