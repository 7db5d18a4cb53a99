// Puts a placeholder where the cursor was last. Without this script the names can be copied.

const place = document.getElementById("placeholders");
const voice = document.getElementById("placed");
let area = document.querySelector("textarea[data-key]");

document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[data-key]")) area = event.target;
});

place?.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-placeholder]");
  if (!button || !area) return;
  const { placeholder } = button.dataset;
  area.setRangeText(placeholder, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  area.focus();
  voice.textContent = `${place.dataset.placed} ${placeholder}`;
});
