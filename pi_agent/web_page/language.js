// The page's words in the language of the user, and dates and numbers as it writes them.

import { recall, remember } from "./store.js";

export const LANGUAGES = { en: "English", es: "Español", ca: "Català" };
const LOADERS = {
  en: () => import("./languages/en.js"),
  es: () => import("./languages/es.js"),
  ca: () => import("./languages/ca.js"),
};

let words = {};
export let language = "en";

/** Load the language that was chosen, else the first of the browser's that there is. */
export async function loadLanguage() {
  const wanted = [recall("language"), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  await useLanguage(wanted.find((tag) => tag in LOADERS) ?? "en");
}

export async function chooseLanguage(tag) {
  remember("language", tag);
  await useLanguage(tag);
}

async function useLanguage(tag) {
  words = (await LOADERS[tag]()).default;
  language = tag;
  document.documentElement.lang = tag;
}

/** The words for a key, with `{name}` replaced by values. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** What was seen, such as "person"; the names of a model of the user's own are as they are. */
export const labelWord = (name) => words[`object-${name}`] ?? name;

const formats = new Map();

function format(kind, options) {
  const key = `${kind.name} ${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(language, options));
  return formats.get(key);
}

export const number = (value, options) => format(Intl.NumberFormat, options).format(value);
export const date = (value, options) => format(Intl.DateTimeFormat, options).format(value);
export const clock = (value) => date(value, { timeStyle: "medium" });
export const dayAndTime = (value) => date(value, { dateStyle: "medium", timeStyle: "short" });

/** "1 event", "12 events". */
export const eventCount = (count) => t(format(Intl.PluralRules, {}).select(count) === "one" ? "event-one" : "events", { n: number(count) });

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? t("seconds", { n: whole }) : t("minutes", { m: Math.floor(whole / 60), s: whole % 60 });
}

/** "12.3 GB", as disks are sold. */
export function bytes(value) {
  const gigabytes = value / 1e9;
  return gigabytes < 1 ? `${number(Math.round(value / 1e6))} MB` : `${number(gigabytes, { maximumFractionDigits: 1 })} GB`;
}
