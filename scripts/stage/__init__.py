"""The stage that the demo and the end-to-end tests share: a real agent, Home Assistant, browser."""

from .agent import Agent
from .browser import Browser, launch_browser, open_browser
from .check import Check
from .dashboard import install_dashboard
from .errors import StageError
from .home import PASSWORD, USER, DemoHome, demo_home
from .home_assistant import HomeAssistant
from .home_assistant_api import EntityState, HomeAssistantApi
from .integration import INTEGRATION, CameraEntities, add_integration, find_entities
from .waiting import eventually

__all__ = [
    "INTEGRATION",
    "PASSWORD",
    "USER",
    "Agent",
    "Browser",
    "CameraEntities",
    "Check",
    "DemoHome",
    "EntityState",
    "HomeAssistant",
    "HomeAssistantApi",
    "StageError",
    "add_integration",
    "demo_home",
    "eventually",
    "find_entities",
    "install_dashboard",
    "launch_browser",
    "open_browser",
]
