// Who has access: Home Assistant, phones, browsers; and how it is taken away.

import { get, remove } from "./api.js";
import { button, h } from "./dom.js";
import { ask, sayProblem } from "./feedback.js";
import { date, t } from "./language.js";
import { state } from "./store.js";

export function accessPanel() {
  const list = h("ul", { class: "clients" });
  const fill = async () => {
    try {
      const { clients } = await get("/api/v1/clients");
      list.replaceChildren(...clients.map((client) => row(client, fill)));
    } catch (error) {
      sayProblem(error);
    }
  };
  fill();
  return h("section", { class: "card" }, h("h2", {}, t("access")), list);
}

function row({ name, role, created_at, used_at }, onGone) {
  const isThis = name === state.session.client;
  const day = (time) => date(new Date(time), { dateStyle: "medium" });
  const facts = [t(role === "owner" ? "role-owner" : "role-viewer"), t("since", { day: day(created_at) })];
  if (used_at) facts.push(t("used", { day: day(used_at) }));
  const revoke = async () => {
    if (!(await ask(t("revoke-question", { name }), t("revoke-detail"), t("revoke")))) return;
    await remove(`/api/v1/clients/${encodeURIComponent(name)}`).catch(sayProblem);
    onGone();
  };
  return h(
    "li",
    {},
    h("div", {}, h("strong", {}, name), h("p", { class: "muted" }, isThis ? `${t("this-device")} · ` : "", facts.join(" · "))),
    isThis ? null : button("close", t("revoke-named", { name }), revoke, { quiet: true }),
  );
}
