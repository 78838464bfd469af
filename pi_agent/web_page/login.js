// Log-in: a pairing code, typed or pasted.

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { t } from "./language.js";
import { emit } from "./store.js";
import { languageChooser } from "./choosers.js";

const GROUP = 5;
const GROUPS = 4;

/** "ABCDE-FGHJK-…" of whatever was typed. */
export function grouped(text) {
  const symbols = text.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, GROUP * GROUPS);
  return symbols.match(new RegExp(`.{1,${GROUP}}`, "g"))?.join("-") ?? "";
}

export function loginView() {
  const problem = h("p", { class: "problem", role: "alert", id: "problem" });
  const code = h("input", {
    id: "code",
    name: "code",
    class: "code-input",
    required: true,
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: 32,
    placeholder: "XXXXX-XXXXX-XXXXX-XXXXX",
    "aria-describedby": "how problem",
    oninput: () => tidy(code),
  });
  const submit = h("button", { class: "primary wide", type: "submit" }, t("log-in"));
  const form = h(
    "form",
    { class: "card login", onsubmit: (event) => logIn(event, code, submit, problem) },
    h("div", { class: "login-mark" }, icon("live")),
    h("h1", {}, t("product")),
    h("p", { class: "muted", id: "how" }, t("login-how"), " ", h("code", {}, "pi-agent pair")),
    h("label", { for: "code" }, t("pairing-code")),
    code,
    problem,
    submit,
  );
  const insecure = window.isSecureContext ? null : h("p", { class: "problem" }, t("needs-https"));
  return h("main", { class: "login-page" }, form, insecure, h("div", { class: "login-foot" }, languageChooser()));
}

function tidy(code) {
  const atEnd = code.selectionStart === code.value.length;
  if (atEnd) code.value = grouped(code.value); // in the middle the cursor would jump
}

async function logIn(event, code, submit, problem) {
  event.preventDefault();
  problem.textContent = "";
  submit.disabled = true;
  try {
    emit("logged-in", await post("/api/v1/login", { code: code.value }));
  } catch (error) {
    problem.textContent = explain(error);
    code.setAttribute("aria-invalid", "true");
    code.select();
  } finally {
    submit.disabled = false;
  }
}

function explain(error) {
  if (error.code === "locked") return t("login-locked", { minutes: Math.ceil((error.retryAfter || 60) / 60) });
  if (error.code === "unauthorized" || error.field === "code") return t("login-wrong");
  return error.status ? error.message : t("no-answer");
}
