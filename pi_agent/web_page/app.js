// The page from its first moment: language, log-in, then one view at a time.

import { get } from "./api.js";
import { h } from "./dom.js";
import { loadLanguage, t } from "./language.js";
import { loginView } from "./login.js";
import { Shell } from "./shell.js";
import { openFeed } from "./sockets.js";
import { emit, isOwner, next, on, state } from "./store.js";
import { applyTheme } from "./theme.js";

const RETRY_AFTER = 2000;

let feed = null;
let shell = null;

async function start() {
  applyTheme();
  await loadLanguage();
  on("logged-out", () => document.querySelector(".login") ?? showLogin()); // several requests may say so
  on("logged-in", (session) => enter(session).catch(resume));
  on("language", () => (state.session ? showShell() : showLogin()));
  on("hello", () => shell && refresh().catch(() => {})); // the agent was away; else it says so itself
  await resume();
}

/** Go on with the session that this browser has, if any. */
async function resume() {
  try {
    await enter(await get("/api/v1/session"));
  } catch (error) {
    if (error.status === 401) return; // the log-in is shown already
    document.body.replaceChildren(h("main", { class: "login-page", role: "status" }, t("no-answer")));
    setTimeout(resume, RETRY_AFTER);
  }
}

async function enter(session) {
  state.session = session;
  await refresh();
  feed?.close();
  const known = next("hello");
  feed = openFeed();
  await known;
  showShell();
}

async function refresh() {
  const wanted = ["info", "system", ...(isOwner() ? ["clients"] : [])];
  const [info, system, access] = await Promise.all(wanted.map((name) => get(`/api/v1/${name}`)));
  Object.assign(state, { info, system, clients: access?.clients ?? [] });
  state.clockAhead = (Date.parse(state.info.clock) - Date.now()) / 1000;
  emit("system");
}

function showShell() {
  shell?.close();
  shell = new Shell();
  document.body.replaceChildren(shell.element);
  shell.show();
}

function showLogin() {
  feed?.close();
  shell?.close();
  feed = shell = null;
  Object.assign(state, { session: null, info: null, connected: false });
  document.title = t("product");
  document.body.replaceChildren(loginView());
  document.querySelector("#code")?.focus();
}

start();
