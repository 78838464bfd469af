"""From the address of the Pi to the button on the phone, if possible before a real camera."""

import pytest

from scripts.stage import Browser, DemoHome

from .agent_client import OtherClient
from .first_day import PHONE, FirstDay
from .push_service import EndToEndPhone
from .screenshots import Screenshots


@pytest.mark.parametrize("footage", ["best_footage"], indirect=True)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_first_day_from_pairing_to_the_button_on_the_phone(
    home: DemoHome, browser: Browser, screenshots: Screenshots, language: str
) -> None:
    day = FirstDay(home=home, browser=browser, screenshots=screenshots, language=language)

    async def live_through() -> None:
        entities = await day.pair()
        async with (
            EndToEndPhone.registered(home, PHONE) as phone,
            OtherClient.paired(home.agent) as agent,
        ):
            await day.ask_for_notifications()
            await day.see_motion(entities)
            push = await day.be_told(phone, agent)
            await day.shut_the_lens(phone, agent, push)

    await home.while_running(live_through())
    assert home.complaints() == []
