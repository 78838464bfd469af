// The page from its first moment: language, log-in, then one view at a time.

import { get } from "./api.js";
import { loadLanguage, t } from "./language.js";
import { loginView } from "./login.js";
import { Shell } from "./shell.js";
import { openFeed } from "./sockets.js";
import { emit, on, state } from "./store.js";
import { applyTheme } from "./theme.js";

let feed = null;
let shell = null;

async function start() {
  applyTheme();
  await loadLanguage();
  on("logged-out", showLogin);
  on("logged-in", enter);
  on("language", () => (state.session ? showShell() : showLogin()));
  on("hello", refresh); // a first time, and whenever the agent was away
  try {
    state.session = await get("/api/v1/session");
    await enter(state.session);
  } catch {
    showLogin();
  }
}

async function enter(session) {
  state.session = session;
  [state.info, state.system] = await Promise.all([get("/api/v1/info"), get("/api/v1/system")]);
  state.clockAhead = (Date.parse(state.info.clock) - Date.now()) / 1000;
  feed?.close();
  const known = new Promise((resolve) => on("hello", resolve));
  feed = openFeed();
  await known;
  showShell();
}

async function refresh() {
  try {
    [state.info, state.system] = await Promise.all([get("/api/v1/info"), get("/api/v1/system")]);
    emit("system");
  } catch {
    // The websocket is back but the agent does not answer: it is about to say more.
  }
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
