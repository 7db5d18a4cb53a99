// Buttons that print the page: shown only where there is somebody to listen to them.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
