"""Sentences that Home Assistant itself says, outside of any user's page, in its own language."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN


@callback
def async_text(hass: HomeAssistant, key: str, **placeholders: object) -> str:
    """The sentence `common.KEY` of the translations, in English where a language is not loaded."""
    english, local = (
        async_get_cached_translations(hass, language, "common", DOMAIN)
        for language in ("en", hass.config.language)
    )
    return {**english, **local}[f"component.{DOMAIN}.common.{key}"].format(**placeholders)
