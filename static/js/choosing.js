// Choosing companies in a list: says how many are chosen, and ticks all of the page at once. The list works without it.

const form = document.querySelector("form[data-choosing]");
if (form) {
  const boxes = [...form.querySelectorAll('input[name="company"]')];
  const all = form.querySelector('input[name="all"]');
  const page = form.querySelector("[data-whole-page]");
  const count = form.querySelector("[data-count]");
  const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    const whole = Boolean(all && all.checked);
    count.textContent = numbers.format(whole ? Number(all.dataset.total) : ticked);
    page.checked = ticked > 0 && ticked === boxes.length;
    page.indeterminate = ticked > 0 && ticked < boxes.length;
    boxes.forEach((box) => { box.disabled = whole; });
    page.disabled = whole;
  };

  page.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = page.checked; });
    tell();
  });
  form.addEventListener("change", tell);
  // A page that the browser brings back has its ticks again.
  window.addEventListener("pageshow", tell);
  form.querySelectorAll("[data-with-script]").forEach((part) => { part.hidden = false; });
  tell();
}
