// Requests to the agent; errors carry what it said.

import { emit } from "./store.js";

export class ApiError extends Error {
  constructor(status, error, retryAfter) {
    super(error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = error?.code ?? "network";
    this.field = error?.field ?? null;
    this.retryAfter = retryAfter;
  }
}

/** The JSON of the answer, a Blob where it is a picture, null where there is nothing. */
export async function request(method, path, body) {
  const options = { method, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new ApiError(0, null);
  }
  if (answer.ok) return content(answer);
  const document = await answer.json().catch(() => ({}));
  if (answer.status === 401 && path !== "/api/v1/login") emit("logged-out");
  throw new ApiError(answer.status, document.error, Number(answer.headers.get("Retry-After")));
}

async function content(answer) {
  if (answer.status === 204) return null;
  const type = answer.headers.get("Content-Type") ?? "";
  return type.startsWith("application/json") ? answer.json() : answer.blob();
}

export const get = (path) => request("GET", path);
export const post = (path, body) => request("POST", path, body);
export const patch = (path, body) => request("PATCH", path, body);
export const remove = (path) => request("DELETE", path);

export const cameraPath = (camera, leaf) => `/api/v1/cameras/${encodeURIComponent(camera)}/${leaf}`;
export const eventPath = (event, leaf = "") => `/api/v1/events/${encodeURIComponent(event)}${leaf}`;

/** A path with those of the values that are given as its query. */
export function withQuery(path, values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return `${path}?${new URLSearchParams(given)}`;
}

export const socketAddress = (path) => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
