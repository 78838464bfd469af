"""Addresses of pictures and clips for those who cannot log in: absolute, signed, for a while."""

from datetime import timedelta

from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import get_url


@callback
def async_signed_url(hass: HomeAssistant, path: str, valid_for: timedelta) -> str:
    """The address of a path of `views.py`; a restart of Home Assistant ends it, too.

    Raises NoURLAvailableError where Home Assistant does not know its own address.
    """
    base = get_url(hass, prefer_external=True)
    return f"{base}{async_sign_path(hass, path, valid_for, use_content_user=True)}"
