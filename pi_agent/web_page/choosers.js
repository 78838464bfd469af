// Small choices that several views offer.

import { h } from "./dom.js";
import { chooseLanguage, language, LANGUAGES, t } from "./language.js";
import { chooseCamera, chosenCamera, emit, state } from "./store.js";
import { chooseTheme, theme, THEMES } from "./theme.js";

/** A select with a label; `entries` are [value, words]. */
export function chooser(label, entries, chosen, onchange, { visible = true, ...attributes } = {}) {
  const options = entries.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
  const select = h("select", { ...attributes, onchange: () => onchange(select.value) }, options);
  return h("label", { class: "chooser" }, h("span", { class: visible ? "muted" : "hidden-words" }, label), select);
}

export function languageChooser(options = { visible: false }) {
  const choose = async (tag) => {
    await chooseLanguage(tag);
    emit("language");
  };
  return chooser(t("language"), Object.entries(LANGUAGES), language, choose, options);
}

export function themeChooser() {
  const entries = THEMES.map((name) => [name, t(`theme-${name}`)]);
  return chooser(t("theme"), entries, theme(), chooseTheme);
}

/** Which camera; nothing where there is no choice. */
export function cameraChooser() {
  if (state.cameras.size < 2) return null;
  const entries = [...state.cameras.values()].map((camera) => [camera.id, camera.name]);
  return chooser(t("camera"), entries, chosenCamera().id, chooseCamera, { visible: false });
}
