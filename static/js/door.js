// The list at the door. A tap is shown at once, kept on the device, and sent when there is a network. The device keeps ids,
// deeds and times only. No words live here: sentences come from attributes of the page and from the portal's answers.
// Why it works as it does: docs/decisions/door.md.

const POLL = 5000;
const LONGEST_PAUSE = 30000;
const TOO_LONG = 20000; // after that an answer does not come any more
const AT_ONCE = 50;

const door = document.getElementById("door");
const list = document.getElementById("door-list");
const query = document.getElementById("door-query");
const prefix = `door:${door.dataset.session}:`;

// Safari reports keys of a conversion with key code 229 instead of `isComposing`.
const converting = (event) => event.isComposing || event.keyCode === 229;

// `randomUUID` exists on https and localhost alone.
const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

// As `programmes.validators.folded` and `name_key` have it: one width, one case, katakana, nothing between the parts.
const variants = { "髙": "高", "﨑": "崎", "德": "徳", "瀨": "瀬", "濵": "濱", "đ": "d", "ø": "o", "ł": "l" };
const folded = (text) => text.normalize("NFKC").toLowerCase().normalize("NFD").replace(/(?<=[a-z])[\u0300-\u036f]+/g, "")
  .normalize("NFC").replace(/[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu, "").replace(/[髙﨑德瀨濵đøł]/g, (letter) => variants[letter])
  .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
const words = (text) => folded(text).split(/[\s・.,、，]+/).filter(Boolean);

// --- What waits on the device: one entry a tap, so that two windows of one device never overwrite each other -------------

class Queue {
  constructor() {
    this.memory = new Map(); // where the browser keeps nothing
    this.isKept = true;
  }

  add(operation) {
    const { id, attendance, deed, mode, at } = operation;
    try {
      localStorage.setItem(prefix + id, JSON.stringify({ id, attendance, deed, mode, at }));
    } catch {
      this.memory.set(id, operation);
      this.isKept = false;
    }
  }

  remove(id) {
    this.memory.delete(id);
    try { localStorage.removeItem(prefix + id); } catch { /* it was never there */ }
  }

  all() {
    const found = [...this.memory.values()];
    try {
      for (let index = 0; index < localStorage.length; index += 1) {
        const key = localStorage.key(index);
        if (!key.startsWith(prefix)) continue;
        try { found.push(JSON.parse(localStorage.getItem(key))); } catch { localStorage.removeItem(key); }
      }
    } catch { /* no storage, nothing stored */ }
    return found.filter(Boolean).sort((one, other) => one.at - other.at);
  }
}

// --- Rows -----------------------------------------------------------------------------------------------------------------

const rowOf = (attendance) => document.getElementById(`a-${attendance}`);

// Show a row as it will be once the waiting tap is recorded; without one, as the portal said.
const draw = (row, pending) => {
  const isIn = pending ? pending.deed === "check_in" : row.dataset.state === "in";
  const [tap, undo] = [row.querySelector(".door-tap"), row.querySelector(".door-undo")];
  const hadFocus = row.contains(document.activeElement);
  tap.disabled = isIn;
  undo.hidden = !isIn;
  row.querySelector(".door-pending").hidden = !pending;
  row.toggleAttribute("data-pending", Boolean(pending));
  if (hadFocus && !row.hidden) (isIn ? undo : tap).focus({ preventScroll: true });
};

const element = (html) => {
  const holder = document.createElement("template");
  // Our own row, drawn by the portal, every text in it escaped.
  holder.innerHTML = html;
  return holder.content.firstElementChild;
};

class Page {
  constructor() {
    this.queue = new Queue();
    this.visitors = []; // {id, company, name, kana, mode, at}: texts stay in the page and are never stored
    this.cursor = door.dataset.cursor;
    this.token = document.querySelector("#door-form [name=csrfmiddlewaretoken]").value;
    this.failures = 0;
    this.isSignedOut = false;
    this.timer = null;
    this.flight = null;
  }

  get waiting() { return this.queue.all().length + this.visitors.length; }

  // --- Taps ---------------------------------------------------------------------------------------------------------------

  tap(attendance, deed) {
    this.queue.add({ id: uuid(), attendance, deed, mode: door.dataset.mode, at: Date.now() });
    this.overlay();
    this.send();
  }

  receive(form) {
    const { company, name, kana } = form.elements;
    const visitor = { id: uuid(), company: company.value, name: name.value, kana: kana.value, mode: door.dataset.mode, at: Date.now() };
    this.visitors.push(visitor);
    const line = document.createElement("li");
    line.id = `visitor-${visitor.id}`;
    line.textContent = `${visitor.name} · ${company.selectedOptions[0].textContent}`;
    document.getElementById("door-waiting").append(line);
    form.reset();
    name.focus();
    this.send();
  }

  overlay() {
    const last = new Map(this.queue.all().map((operation) => [operation.attendance, operation]));
    list.querySelectorAll(".door-row").forEach((row) => {
      const pending = last.get(row.id.slice(2));
      if (pending || row.hasAttribute("data-pending")) draw(row, pending);
    });
  }

  // --- The line -----------------------------------------------------------------------------------------------------------

  // One request at a time: taps arrive in the order of the fingers.
  send() {
    clearTimeout(this.timer);
    this.isAsked = true;
    this.flight ??= this.talk().finally(() => { this.flight = null; });
    return this.flight;
  }

  async talk() {
    while (this.isAsked) {
      this.isAsked = false;
      const operations = this.queue.all().slice(0, AT_ONCE), visitors = this.visitors.slice(0, AT_ONCE);
      const count = operations.length + visitors.length;
      if (count) this.say("sending", this.waiting);
      const answer = await this.ask(operations, visitors);
      if (!answer) break;
      this.failures = 0;
      this.isSignedOut = false;
      if (answer.answers) this.settle(answer.answers);
      this.take(answer);
      if (this.waiting) this.isAsked = true;
      else if (count || document.getElementById("door-line").dataset.state === "wrong") this.say("sent", 0);
    }
    this.timer = setTimeout(() => this.send(), Math.min(POLL * 2 ** Math.min(this.failures, 4), LONGEST_PAUSE));
  }

  // Return the portal's answer, or nothing where there is none; then everything stays where it is.
  async ask(operations, visitors) {
    const url = `${door.dataset.url}?since=${encodeURIComponent(this.cursor)}`;
    const line = new AbortController(), alarm = setTimeout(() => line.abort(), TOO_LONG);
    const options = { redirect: "manual", signal: line.signal, headers: { Accept: "application/json" }, cache: "no-store" };
    if (operations.length + visitors.length) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.headers["X-CSRFToken"] = this.token;
      options.body = JSON.stringify({ sent_at: Date.now(), operations, walk_ins: visitors });
    }
    try {
      const response = await fetch(url, options);
      if (response.type === "opaqueredirect") return this.refuse("signed-out", () => { this.isSignedOut = true; });
      if (response.status === 403 && options.method) return await this.renew();
      const answer = await response.json().catch(() => null);
      if (!answer) return this.refuse("failed");
      if (response.status === 422 || response.status === 409 || response.status === 423) {
        this.tell(answer.said, true);
        return this.refuse("failed");
      }
      return response.ok ? answer : this.refuse("failed");
    } catch {
      return this.refuse("offline");
    } finally {
      clearTimeout(alarm);
    }
  }

  // Signed in anew in another window: the page's token is of the session before. A look brings the present one.
  async renew() {
    const response = await fetch(door.dataset.url, { redirect: "manual", headers: { Accept: "application/json" } });
    const answer = response.ok ? await response.json().catch(() => null) : null;
    if (!answer || answer.token === this.token) return this.refuse("signed-out");
    this.token = answer.token;
    this.isAsked = true;
    return answer;
  }

  refuse(why, then = () => {}) {
    this.failures += 1;
    then();
    if (this.waiting || why !== "offline") this.say(why, this.waiting, true);
    else this.say("offline", 0, true);
    return null;
  }

  // --- Answers ------------------------------------------------------------------------------------------------------------

  settle(answers) {
    answers.forEach(({ id, outcome, said }) => {
      this.queue.remove(id);
      document.getElementById(`visitor-${id}`)?.remove();
      const visitor = this.visitors.find((each) => each.id === id);
      this.visitors = this.visitors.filter((each) => each.id !== id);
      if (visitor && outcome === "refused") this.giveBack(visitor);
      if (said) this.tell(said, outcome === "refused" || outcome === "overtaken");
    });
  }

  // What was typed and not taken over stands in the form again, unless somebody types the next one already.
  giveBack(visitor) {
    const { company, name, kana } = document.getElementById("door-walk-in").elements;
    if (name.value || kana.value) return;
    company.value = visitor.company;
    name.value = visitor.name;
    kana.value = visitor.kana;
  }

  take({ rows, counts, parts, cursor, token }) {
    rows.forEach(({ id, html }) => {
      const fresh = element(html), old = rowOf(id);
      if (old && old.outerHTML === fresh.outerHTML) return;
      const hadFocus = old?.contains(document.activeElement);
      if (old) old.replaceWith(fresh);
      else this.insert(fresh);
      this.show(fresh);
      if (hadFocus) fresh.querySelector(".door-tap:enabled, .door-undo:not([hidden])")?.focus({ preventScroll: true });
    });
    const figures = document.getElementById("door-counts");
    if (figures.innerHTML !== counts) figures.innerHTML = counts;
    document.querySelectorAll("#door-parts a").forEach((link, index) => {
      if (link.textContent !== parts[index]) link.textContent = parts[index];
    });
    this.cursor = cursor;
    this.token = token;
    document.querySelectorAll("#door [name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
    this.overlay();
    this.count();
  }

  insert(fresh) {
    const after = [...list.children].find((row) => row.dataset.key > fresh.dataset.key);
    list.insertBefore(fresh, after ?? null);
    document.querySelector("#door .empty-state")?.remove();
  }

  // --- Search -------------------------------------------------------------------------------------------------------------

  show(row) {
    const wanted = words(query.value);
    row.hidden = wanted.length ? !wanted.every((word) => row.dataset.key.includes(word)) : row.dataset.tab !== door.dataset.tab;
  }

  turn(link) {
    const tab = new URL(link.href).searchParams.get("tab"), modes = door.dataset.modes.split(" ");
    door.dataset.tab = tab;
    door.dataset.mode = modes.includes(tab) ? tab : modes[0];
    document.querySelectorAll("#door-parts a").forEach((each) => each.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "page");
    document.querySelectorAll("#door [name=tab]").forEach((field) => { field.value = tab; });
    history.replaceState(null, "", link.href);
    query.value = "";
    this.search();
  }

  search() {
    list.querySelectorAll(".door-row").forEach((row) => this.show(row));
    this.count(true);
  }

  count(isAsked = false) {
    const shown = list.querySelectorAll(".door-row:not([hidden])").length, line = document.getElementById("door-found");
    document.getElementById("door-nobody").hidden = shown > 0 || !query.value.trim();
    const sentence = query.value.trim() ? door.dataset.found.replace("{count}", shown) : "";
    if (isAsked && line.textContent !== sentence) line.textContent = sentence;
  }

  // --- What is said -------------------------------------------------------------------------------------------------------

  say(key, count, isWrong = false) {
    const line = document.getElementById("door-line"), voice = document.getElementById("door-voice");
    const name = `said${key.split("-").map((part) => part[0].toUpperCase() + part.slice(1)).join("")}`;
    const sentence = door.dataset[name].replace("{count}", count);
    line.textContent = this.queue.isKept ? sentence : `${sentence} ${door.dataset.saidUnstorable}`;
    line.dataset.state = isWrong ? "wrong" : "calm";
    line.hidden = false;
    // What passes in a moment would be noise to those who hear the page.
    if (key !== "sending" && voice.textContent !== sentence) voice.textContent = sentence;
  }

  tell(sentence, isWrong) {
    const line = document.getElementById("door-said");
    line.hidden = false;
    line.dataset.state = isWrong ? "wrong" : "calm";
    line.classList.toggle("banner-warning", isWrong);
    line.classList.toggle("banner-success", !isWrong);
    line.textContent = sentence;
  }
}

const page = new Page();

document.getElementById("door-form").addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.value || !["check_in", "undo"].includes(button.name)) return;
  event.preventDefault();
  page.tap(button.value, button.name);
});

document.getElementById("door-walk-in").addEventListener("submit", (event) => {
  const { company, name } = event.target.elements;
  if (!company.value || !name.value.trim()) return; // the portal says what is missing
  event.preventDefault();
  page.receive(event.target);
});

// Another part of the list is a look at the same page: without network it must not be left.
document.getElementById("door-parts").addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  page.turn(link);
});

query.addEventListener("input", () => page.search());
query.addEventListener("compositionend", () => page.search());
query.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && query.value && !converting(event)) {
    query.value = "";
    page.search();
    event.preventDefault();
  }
});
document.getElementById("door-search").addEventListener("submit", (event) => {
  event.preventDefault();
  page.search();
});

window.addEventListener("online", () => page.send());
window.addEventListener("offline", () => page.refuse("offline"));
window.addEventListener("storage", () => page.overlay());
document.addEventListener("visibilitychange", () => { if (!document.hidden) page.send(); });
// Taps are kept on the device; what was typed is kept in the page alone.
window.addEventListener("beforeunload", (event) => {
  if (page.visitors.length || !page.queue.isKept && page.waiting) event.preventDefault();
});

page.overlay();
page.send();
