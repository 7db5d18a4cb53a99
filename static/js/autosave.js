// Saving while one types. No words live here: sentences come from attributes of the form and from the server's answers.
// Why it works as it does: docs/decisions/autosave.md.

const PAUSE = 1500; // after the last key
const LONGEST_PAUSE = 10000; // of somebody who never stops typing
const PATIENCE = 400; // a save that takes less says nothing of itself
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60000;
const KEEPALIVE_BYTES = 60000; // browsers refuse more from a page that is being closed
const REFRESH = 3000;

const form = document.querySelector("form[data-autosave]");
const line = document.getElementById("save-state");
const voice = document.getElementById("save-voice");
const acts = document.getElementById("save-acts");

// Safari reports keys of a conversion with key code 229 instead of `isComposing`.
const converting = (event) => event.isComposing || event.keyCode === 229;

// `randomUUID` exists on https and localhost alone.
const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

class Box {
  constructor(area) {
    this.area = area;
    this.place = area.closest(".box").querySelector(".conflict-place");
    this.pending = null; // {text, operation}: sent, and not answered yet; a retry sends the same again
    this.refused = null; // the text that the server refused: not sent again until it is changed
    this.disputed = this.conflict ? area.value : null; // the text that came too late: the server keeps it
    // The text that the server acknowledged last. Text that was typed and not taken over is shown with `data-typed`.
    this.saved = area.hasAttribute("data-typed") ? null : area.value;
  }

  get conflict() { return this.place.querySelector(".conflict"); }
  get isDirty() { return this.area.value !== this.saved; }
  get isWaiting() {
    return (this.pending || this.isDirty) && !this.conflict && this.area.value !== this.refused;
  }
  // Whether leaving the page would lose something.
  // A text that came too late is kept by the server, unless the form says that it is not (`data-unkept`).
  get isAtRisk() { return this.isDirty && (form.hasAttribute("data-unkept") || this.area.value !== this.disputed); }
  get isNew() { return this.area.dataset.key.startsWith("new-"); }
  get revInput() { return document.getElementById(`v-${this.area.dataset.key}`); }
  get rev() { return Number(this.revInput?.value ?? 0); }
  set rev(value) { if (this.revInput) this.revInput.value = value; }

  message(operation, text, follows) {
    const { language } = this.area.dataset;
    return JSON.stringify({ language, text, base_rev: this.rev, operation, ...(follows && { follows }) });
  }

  refuse(text, sentence) {
    const note = document.getElementById(`r-${this.area.id.slice(2)}`);
    this.refused = text;
    note.textContent = sentence ?? "";
    note.hidden = text === null;
    if (text === null) this.area.removeAttribute("aria-invalid");
    else this.area.setAttribute("aria-invalid", "true");
  }

  // The first text of a section made a paragraph: from now on this is its text area.
  adopt(paragraph, address) {
    const key = `${paragraph}-${this.area.dataset.language}`;
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: `rev-${key}`, id: `v-${key}`, value: 1 });
    this.area.after(input);
    Object.assign(this.area.dataset, { key, save: address });
    this.area.name = `text-${key}`;
  }
}

class Page {
  constructor() {
    this.boxes = [...form.querySelectorAll("textarea[data-key]")].map((area) => new Box(area));
    this.flight = null; // the one request under way
    this.timer = this.refreshTimer = null;
    this.dirtySince = 0;
    this.failures = 0;
    this.isComposing = this.isEnded = this.isLeaving = this.isSubmitting = false;
  }

  boxOf(element) { return this.boxes.find((box) => box.area === element); }
  get token() { return form.elements.csrfmiddlewaretoken; }

  // --- When ------------------------------------------------------------------------------------------------------------

  typed(box) {
    if (box.refused !== null && box.area.value !== box.refused) box.refuse(null);
    if (box.isDirty && !this.dirtySince) this.dirtySince = Date.now();
    if (box.isDirty && !this.failures && !this.isEnded) this.show(form.dataset.unsaved);
    if (!this.isComposing) this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    clearTimeout(this.refreshTimer);
    if (this.failures || this.isEnded) return; // the retry has a clock of its own
    const left = this.dirtySince ? this.dirtySince + LONGEST_PAUSE - Date.now() : LONGEST_PAUSE;
    this.timer = setTimeout(() => this.send(), Math.max(0, Math.min(PAUSE, left)));
  }

  retry() {
    const delay = Math.min(FIRST_RETRY * 2 ** (this.failures - 1), LONGEST_RETRY);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), delay * (1 + Math.random() / 4));
  }

  // --- Sending: one request at a time, until nothing waits -----------------------------------------------------------------

  send() {
    clearTimeout(this.timer);
    if (this.isComposing || this.isLeaving) return this.flight ?? Promise.resolve();
    this.flight ??= this.empty().finally(() => { this.flight = null; });
    return this.flight;
  }

  // What is typed meanwhile waits for its own pause: a save for every key would be noise, here and in the history.
  async empty() {
    if (this.isEnded && !(await this.refresh())) return;
    for (const box of this.boxes.filter((each) => each.isWaiting)) {
      if (this.isComposing || !(await this.save(box))) return;
    }
    const isDirty = this.boxes.some((box) => box.isWaiting);
    this.dirtySince = isDirty ? Date.now() : 0;
    if (isDirty) this.schedule();
    else this.refreshTimer = setTimeout(() => this.refresh(), REFRESH);
  }

  // Until nothing waits that can be saved; returns whether nothing would be lost by leaving.
  async flush() {
    await this.flight;
    for (let tries = 0; tries < 3 && this.boxes.some((box) => box.isWaiting); tries += 1) {
      await this.send();
      if (this.failures || this.isEnded) return false;
    }
    return !this.isAtRisk;
  }

  // Returns whether the next one may be sent.
  async save(box) {
    box.pending ??= { text: box.area.value, operation: uuid() };
    const { text, operation } = box.pending;
    const slow = setTimeout(() => this.show(form.dataset.saving), PATIENCE);
    const answer = await this.post(box.area.dataset.save, box.message(operation, text));
    clearTimeout(slow);
    if (!answer) return false;
    box.pending = null;
    if (answer.status === 200) this.keep(box, text, answer);
    else if (answer.status === 409) this.dispute(box, text, answer);
    else box.refuse(text, answer.said);
    this.say(answer.said, answer.status !== 200);
    return true;
  }

  // Returns the server's answer where it settles the text (200, 409, 422), else null, having said why.
  async post(address, body, { again = true } = {}) {
    let response;
    try {
      response = await fetch(address, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token.value },
        redirect: "manual",
        keepalive: new Blob([body]).size < KEEPALIVE_BYTES,
      });
    } catch {
      return this.fail(form.dataset.lost);
    }
    // Whoever is signed out is sent to the sign-in page.
    if (response.type === "opaqueredirect" || response.status === 401) return this.end();
    const answer = await response.json().catch(() => null);
    // Signing in again in another tab changes the token: take the new one, once.
    if (response.status === 403 && !answer && again && (await this.refresh())) return this.post(address, body, { again: false });
    if (!answer) return this.fail(form.dataset.broken);
    if (![200, 409, 422].includes(response.status)) return this.fail(answer.said);
    this.failures = 0;
    this.isEnded = false;
    return { ...answer, status: response.status };
  }

  keep(box, text, answer) {
    box.saved = text;
    box.disputed = null;
    if (box.isNew && answer.paragraph) this.boxes.filter((each) => each.isNew).forEach((each) => each.adopt(answer.paragraph, answer.address));
    box.rev = answer.rev;
    const stale = document.getElementById(`s-${answer.paragraph}-en`);
    if (stale && "stale" in answer) stale.hidden = !answer.stale;
  }

  fail(sentence) {
    this.failures += 1;
    this.say(sentence, true);
    this.retry();
    return null;
  }

  end() {
    this.isEnded = true;
    this.failures = 0;
    this.say(form.dataset.ended, true);
    return null;
  }

  // Takes a fresh token and what the server computes from the texts; returns whether the session still stands.
  async refresh() {
    let response;
    try {
      response = await fetch(location.pathname, { redirect: "manual", headers: { Accept: "text/html" } });
    } catch {
      if (this.isEnded) this.say(form.dataset.ended, true);
      return false;
    }
    if (response.type === "opaqueredirect") {
      this.end();
      return false;
    }
    const fresh = response.ok && new DOMParser().parseFromString(await response.text(), "text/html");
    const token = fresh && fresh.querySelector("form[data-autosave]")?.elements.csrfmiddlewaretoken;
    if (!token) return false;
    this.token.value = token.value;
    this.isEnded = false;
    document.querySelectorAll("[data-fresh]").forEach((part) => {
      const other = fresh.getElementById(part.id);
      if (other && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
    });
    return true;
  }

  // --- Two texts of one paragraph -----------------------------------------------------------------------------------------

  dispute(box, text, answer) {
    box.disputed = text;
    // Our own page, drawn by the server, every text in it escaped.
    box.place.innerHTML = answer.html;
  }

  async choose(box, choice) {
    await this.flight;
    if (!box.conflict) return; // pressed twice
    this.flight = this.settle(box, choice).finally(() => { this.flight = null; });
    await this.flight;
  }

  async settle(box, choice) {
    const { url, rev } = box.conflict.dataset;
    const text = choice === "merged" ? box.conflict.querySelector("textarea").value : box.area.value;
    const operation = uuid();
    const answer = await this.post(url, JSON.stringify({ choice, text, base_rev: Number(rev), operation }));
    if (!answer) return;
    this.say(answer.said, answer.status !== 200);
    if (answer.status === 409) {
      box.area.value = text;
      this.dispute(box, text, answer);
    } else if (answer.status === 200) {
      const kept = choice === "theirs" ? answer.text : text;
      if (box.area.value !== kept) box.area.value = kept;
      box.place.replaceChildren();
      this.keep(box, kept, answer);
      box.area.focus();
    } else {
      box.refuse(text, answer.said);
    }
  }

  // --- Leaving ---------------------------------------------------------------------------------------------------------------

  get isAtRisk() { return this.boxes.some((box) => box.isAtRisk || (box.pending && !box.conflict)); }

  // The page is being closed: whatever is not acknowledged goes out now, without waiting for what is under way.
  leave() {
    if (this.isSubmitting) return;
    this.boxes.filter((box) => box.isAtRisk).forEach((box) => {
      const text = box.area.value;
      const repeated = box.pending?.text === text;
      const body = box.message(repeated ? box.pending.operation : uuid(), text, repeated ? null : box.pending?.operation);
      const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token.value };
      fetch(box.area.dataset.save, { method: "POST", body, headers, redirect: "manual", keepalive: true }).catch(() => {});
    });
  }

  // A form that is sent into a dead line takes the page with it: first everything is saved, then the form goes.
  async submit(button) {
    const isSafe = await this.flush();
    const open = this.boxes.find((box) => box.conflict || box.refused !== null);
    if (open) {
      this.say(open.conflict ? form.dataset.choose : open.place.parentElement.querySelector("[data-refused]").textContent, true);
      (open.conflict ? open.place : open.area).focus();
    } else if (isSafe) {
      this.isSubmitting = true;
      form.requestSubmit(button);
    }
  }

  async follow(link) {
    if (await this.flush()) location.assign(link.href);
    else if (!this.failures && !this.isEnded) this.say(form.dataset.choose, true);
  }

  // --- What is said ----------------------------------------------------------------------------------------------------------

  // For the eye alone: what passes in a moment would be noise to those who hear the page.
  show(sentence, isWrong = false) {
    line.textContent = sentence;
    line.parentElement.dataset.state = isWrong ? "wrong" : "calm";
  }

  say(sentence, isWrong) {
    this.show(sentence, isWrong);
    if (voice.textContent !== sentence) voice.textContent = sentence;
    acts.hidden = !(this.failures || this.isEnded);
    acts.querySelector("[data-sign-in]").hidden = !this.isEnded;
  }
}

if (form) {
  const page = new Page();

  form.addEventListener("input", (event) => {
    const box = page.boxOf(event.target);
    if (!box) return;
    page.isComposing = event.isComposing;
    page.typed(box);
  });
  form.addEventListener("compositionstart", () => {
    page.isComposing = true;
    clearTimeout(page.timer);
  });
  form.addEventListener("compositionend", (event) => {
    page.isComposing = false;
    const box = page.boxOf(event.target);
    if (box) page.typed(box);
  });
  form.addEventListener("keydown", (event) => {
    if (converting(event)) clearTimeout(page.timer);
  });
  form.addEventListener("keyup", () => {
    if (!page.isComposing && page.isAtRisk) page.schedule();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      page.send(); // waits for the end of a conversion
    }
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-choice]");
    const box = button && page.boxes.find((each) => each.place.contains(button));
    if (!box) return;
    event.preventDefault();
    page.choose(box, button.dataset.choice);
  });
  form.addEventListener("submit", (event) => {
    if (page.isSubmitting || !(page.flight || page.isAtRisk || page.failures || page.isEnded)) {
      page.isSubmitting = true;
      clearTimeout(page.timer);
      return;
    }
    event.preventDefault();
    page.submit(event.submitter);
  });
  // A link of ours waits for the last words; closing the window is warned of below.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || link.target || link.origin !== location.origin || !page.isAtRisk) return;
    if (link.pathname === location.pathname && link.hash) return;
    event.preventDefault();
    page.follow(link);
  });
  acts.querySelector("[data-retry]").addEventListener("click", () => page.send());

  window.addEventListener("online", () => page.send());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || page.isEnded || page.failures) page.send();
  });
  window.addEventListener("focus", () => { if (page.isEnded) page.send(); });
  window.addEventListener("beforeunload", (event) => {
    if (page.isSubmitting || !page.isAtRisk) return;
    page.send();
    event.preventDefault();
  });
  window.addEventListener("pagehide", () => page.leave());
  window.addEventListener("pageshow", () => { page.isSubmitting = false; });

  // What was shown again as it was typed is not saved yet.
  if (page.boxes.some((box) => box.isWaiting && box.refused === null && !box.area.hasAttribute("aria-invalid"))) page.schedule();

  // After a press of "new paragraph" or "put it below" the address names the paragraph to write in. Once the browser has
  // gone there itself, which would take the focus away again.
  const target = location.hash.startsWith("#p-") && document.getElementById(location.hash.slice(1));
  const begin = () => setTimeout(() => target.querySelector("textarea")?.focus({ preventScroll: true }), 0);
  if (target && document.readyState === "complete") begin();
  else if (target) window.addEventListener("load", begin);
}
