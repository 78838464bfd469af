// Light or dark, as the device says or as the user chose.

import { recall, remember } from "./store.js";

export const THEMES = ["auto", "light", "dark"];
export const theme = () => recall("theme", "auto");

export function applyTheme() {
  const chosen = theme();
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function chooseTheme(name) {
  remember("theme", name);
  applyTheme();
}
