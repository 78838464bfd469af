// What the page knows of the agent, and who is told when it changes.

export const state = {
  session: null, // {client, role, expires_at}
  info: null, // GET /api/v1/info
  system: null, // GET /api/v1/system
  clients: [], // GET /api/v1/clients, for an owner
  cameras: new Map(), // id: {id, name, status, settings, capabilities}
  connected: false,
  clockAhead: 0, // seconds by which the agent's clock is ahead of this device's
};

const bus = new EventTarget();

/** Call `listener(detail)` on each `type` until `signal` aborts. */
export function on(type, listener, signal) {
  bus.addEventListener(type, (event) => listener(event.detail), { signal });
}

/** The next `type`. */
export const next = (type) => new Promise((resolve) => bus.addEventListener(type, resolve, { once: true }));

export function emit(type, detail) {
  bus.dispatchEvent(new CustomEvent(type, { detail }));
}

export const isOwner = () => state.session?.role === "owner";

/** Remembered in this browser; a browser that keeps nothing is no reason to fail. */
export function recall(name, otherwise = null) {
  try {
    return localStorage.getItem(name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Private windows of some browsers: this visit works all the same.
  }
}

/** The camera that is looked at: the one chosen last, else the first. */
export function chosenCamera() {
  return state.cameras.get(recall("camera")) ?? state.cameras.values().next().value ?? null;
}

export function chooseCamera(id) {
  remember("camera", id);
  emit("chosen", id);
}
