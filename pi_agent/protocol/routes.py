"""Every route of the API: the template that the server serves, the path that a client asks for."""

from urllib.parse import quote

HEALTH = "/healthz"
METRICS = "/metrics"
PAIR = "/api/v1/pair"
PAIRING_CODES = "/api/v1/pairing-codes"
CLIENTS = "/api/v1/clients"
CLIENT = "/api/v1/clients/{client}"
LOGIN = "/api/v1/login"
LOGOUT = "/api/v1/logout"
SESSION = "/api/v1/session"
INFO = "/api/v1/info"
STREAM = "/api/v1/cameras/{camera}/stream.mjpg"
SNAPSHOT = "/api/v1/cameras/{camera}/snapshot.jpg"
SETTINGS = "/api/v1/cameras/{camera}/settings"
TRIGGER = "/api/v1/cameras/{camera}/trigger"
PAN = "/api/v1/cameras/{camera}/pan"
ACCEPT_VIEW = "/api/v1/cameras/{camera}/accept-view"
LOOKS = "/api/v1/cameras/{camera}/looks"
SYSTEM = "/api/v1/system"
HISTORY = "/api/v1/history"
EVENTS = "/api/v1/events"
EVENT = "/api/v1/events/{event}"
EVENT_SNAPSHOT = "/api/v1/events/{event}/snapshot.jpg"
EVENT_CLIP = "/api/v1/events/{event}/clip.mp4"
WEBSOCKET = "/api/v1/ws"
RESTART = "/api/v1/restart"
IDENTIFY = "/api/v1/identify"
SIREN = "/api/v1/siren"


def path(template: str, **names: str) -> str:
    """Fill a template's names in, each quoted so that it stays one segment of the path."""
    return template.format(**{key: quote(value, safe="") for key, value in names.items()})
