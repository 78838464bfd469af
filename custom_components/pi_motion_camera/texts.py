"""Sentences that Home Assistant itself says, outside of any user's page, in its own language."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN

_LABELS = f"component.{DOMAIN}.selector.label.options."


@callback
def async_text(hass: HomeAssistant, key: str, **placeholders: object) -> str:
    """The sentence `common.KEY` of the translations, in English where a language is not loaded."""
    return _words(hass, "common")[f"component.{DOMAIN}.common.{key}"].format(**placeholders)


@callback
def async_label_text(hass: HomeAssistant, label: str) -> str:
    """What a kind of object is called; where we have no word for it, the label itself."""
    return _words(hass, "selector").get(_LABELS + label, label)


@callback
def async_labels_called(hass: HomeAssistant, text: str) -> set[str]:
    """The kinds of object that a user may mean: by our word for them, or by the label itself."""
    sought = text.casefold()
    words = _words(hass, "selector").items()
    called = {key for key, word in words if word.casefold() == sought and key.startswith(_LABELS)}
    return {text.lower()} | {key.removeprefix(_LABELS) for key in called}


def _words(hass: HomeAssistant, category: str) -> dict[str, str]:
    english, local = (
        async_get_cached_translations(hass, language, category, DOMAIN)
        for language in ("en", hass.config.language)
    )
    return {**english, **local}
