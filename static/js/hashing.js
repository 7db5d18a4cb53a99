// The fingerprint of a chosen file, worked out here: the file has no name in the form and is never sent.
const place = document.querySelector("[data-hash]");
const target = document.querySelector("[data-sha256]");

if (place && target && window.crypto?.subtle) {
  const chooser = place.querySelector("input");
  const status = place.querySelector("[role=status]");
  place.hidden = false;
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    if (!file) return;
    status.textContent = place.dataset.working;
    try {
      const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const bytes = [...new Uint8Array(digest)];
      target.value = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      status.textContent = place.dataset.done;
    } catch {
      status.textContent = place.dataset.failed;
    }
  });
}
