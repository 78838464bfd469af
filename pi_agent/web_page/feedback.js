// What the page says to the user: short messages, and questions before something is lost.

import { h } from "./dom.js";
import { t } from "./language.js";

const SHOWN_MILLISECONDS = 5000;

/** A message at the edge of the window, read out by screen readers. */
export function say(text, { isProblem = false } = {}) {
  let host = document.querySelector(".toasts");
  if (!host) document.body.append((host = h("div", { class: "toasts", role: "status" })));
  const toast = h("p", { class: isProblem ? "toast bad" : "toast" }, text);
  host.replaceChildren(toast);
  setTimeout(() => toast.remove(), SHOWN_MILLISECONDS);
}

export const sayProblem = (error) => say(error.status === 0 ? t("no-answer") : error.message, { isProblem: true });

/** Ask; true where the user agrees. */
export function ask(question, detail, yes) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { class: "card question", "aria-labelledby": "question", onclose: () => done() },
      h("form", { method: "dialog" },
        h("h2", { id: "question" }, question),
        h("p", { class: "muted" }, detail),
        h("div", { class: "row end" },
          h("button", { value: "no" }, t("cancel")),
          h("button", { value: "yes", class: "danger" }, yes),
        ),
      ),
    );
    const done = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Hand a file to the user. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** "porch-2026-01-31-12-00-00.jpg", in local time. */
export function fileName(camera, time, ending) {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60000);
  return `${camera}-${local.toISOString().slice(0, 19).replace(/[T:]/g, "-")}.${ending}`;
}
