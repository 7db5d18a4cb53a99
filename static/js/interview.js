// A follow-up question is shown only while the question before it has one of the answers that lead to it. Without this
// module all questions are shown, and answers that do not count are left out by the portal.

const form = document.querySelector("[data-interview]");
const followUps = [...(form?.querySelectorAll("[data-asked-by]") ?? [])];

const show = () => {
  for (const question of followUps) {
    const answer = form.querySelector(`input[name="${question.dataset.askedBy}"]:checked`)?.value ?? "";
    question.hidden = !question.dataset.askedFor.split(" ").includes(answer);
  }
};

form?.addEventListener("change", show);
// Back from the next page the browser has put the answers back by now.
window.addEventListener("pageshow", show);
show();
