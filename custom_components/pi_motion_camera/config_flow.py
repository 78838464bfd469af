"""Adding an agent: where it is (typed or discovered), its pairing code, done."""

import logging
from collections.abc import Mapping
from typing import Any, override

import probatio
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_ZEROCONF,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import instance_id
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from .agent_client import (
    AgentAuthError,
    AgentCertificateError,
    AgentClient,
    AgentError,
    AgentRequestError,
    AgentVersionError,
    find_agent,
    pair,
)
from .agent_client.protocol import AgentInfo, PairingCode, ProtocolError
from .agent_client.versions import require_compatible
from .const import CONF_CERTIFICATE_SHA256, CONF_CODE, DOMAIN
from .errors import error_key
from .flow_address import Address, parse_address
from .notification_flow import NotificationFlow
from .notification_hook import SUBENTRY_NOTIFICATION
from .options_flow import AgentOptionsFlow

_LOGGER = logging.getLogger(__name__)

_ADDRESS_SCHEMA = probatio.Schema({probatio.Required(CONF_HOST): str})
_CODE_SCHEMA = probatio.Schema({probatio.Required(CONF_CODE): str})


class AgentConfigFlow(ConfigFlow, domain=DOMAIN):
    """Pairs Home Assistant with one agent."""

    VERSION = 1
    MINOR_VERSION = 1

    _address: Address
    _name: str = ""

    @override
    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """The form behind the gear wheel of an entry."""
        return AgentOptionsFlow()

    @override
    @classmethod
    @callback
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """What can be added to an entry: notifications."""
        return {SUBENTRY_NOTIFICATION: NotificationFlow}

    # --- where the agent is --------------------------------------------------------------------

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the agent is, and see that one answers there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._try_address(user_input[CONF_HOST])
            if not errors:
                self._abort_if_address_known()
                return await self.async_step_pair()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_ADDRESS_SCHEMA, user_input),
            errors=errors,
        )

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """An agent has announced itself."""
        agent_id = discovery_info.properties.get("id")
        if not agent_id or discovery_info.port is None or discovery_info.ip_address.is_link_local:
            return self.async_abort(reason="invalid_discovery_info")
        self._address = Address(host=discovery_info.host, port=discovery_info.port)
        self._name = discovery_info.properties.get("name") or self._address.host
        self._drop_outdated_discovery(agent_id, discovery_info)
        known = await self.async_set_unique_id(agent_id)
        host = _host_to_keep(known, discovery_info) or self._address.host
        self._abort_if_unique_id_configured(
            updates={CONF_HOST: host, CONF_PORT: self._address.port}
        )
        try:
            require_compatible(discovery_info.properties.get("protocol", ""))
        except AgentVersionError as error:
            return self.async_abort(reason=error_key(error))
        address = {"host": self._address.host, "port": str(self._address.port)}
        self.context["title_placeholders"] = {"name": self._name, **address}
        return await self.async_step_pair()

    def _drop_outdated_discovery(self, agent_id: str, announced: ZeroconfServiceInfo) -> None:
        """End the flow of an agent that has moved since: what it asks for leads nowhere."""
        for flow in self._async_in_progress():
            context = flow["context"]
            if (context["source"], context.get("unique_id")) == (SOURCE_ZEROCONF, agent_id):
                address = context.get("title_placeholders", {})
                is_there = address.get("host") in _names_of(announced)
                if not is_there or address.get("port") != str(announced.port):
                    self.hass.config_entries.flow.async_abort(flow["flow_id"])

    async def _try_address(self, text: str) -> dict[str, str]:
        """Errors by field; sets the address where there are none."""
        address = parse_address(text)
        if address is None:
            return {CONF_HOST: "invalid_address"}
        session = async_get_clientsession(self.hass)
        try:
            await find_agent(session, host=address.host, port=address.port)
        except AgentError as error:
            return {CONF_HOST: _flow_error(error)}
        self._address = address
        self._name = self._name or str(address)
        return {}

    def _abort_if_address_known(self) -> None:
        """Spare users the code of an agent that is connected already.

        An entry that is not says nothing of who answers there: that may be another Pi by now.
        """
        address = {CONF_HOST: self._address.host, CONF_PORT: self._address.port}
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            is_there = entry.runtime_data.coordinator.last_update_success
            if is_there and address.items() <= entry.data.items():
                raise AbortFlow("already_configured")

    # --- its pairing code ----------------------------------------------------------------------

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the pairing code and exchange it for a token."""
        errors: dict[str, str] = {}
        if user_input is not None:
            paired, errors = await self._try_code(user_input[CONF_CODE])
            if paired is not None:
                return await self._finish_adding(*paired)
        return self._show_code_form("pair", user_input, errors)

    async def _finish_adding(self, info: AgentInfo, data: dict[str, Any]) -> ConfigFlowResult:
        if self.unique_id not in (None, info.agent_id):
            return self.async_abort(reason="wrong_agent")
        known = await self.async_set_unique_id(info.agent_id, raise_on_progress=False)
        if known is not None and known.source != SOURCE_IGNORE:
            # Pairing has replaced the token that the entry had: hand it the new one.
            return self.async_update_reload_and_abort(
                known, data_updates=data, reason="already_configured"
            )
        return self.async_create_entry(title=info.name, data=data)

    async def _try_code(
        self, text: str
    ) -> tuple[tuple[AgentInfo, dict[str, Any]] | None, dict[str, str]]:
        """What the agent is and the entry's data, or errors by field."""
        try:
            return await self._pair(PairingCode.parse(text)), {}
        except ProtocolError:
            return None, {CONF_CODE: "malformed_code"}
        except (AgentAuthError, AgentCertificateError, AgentRequestError) as error:
            return None, {CONF_CODE: _pairing_error(error)}
        except AgentError as error:
            return None, {"base": _flow_error(error)}

    async def _pair(self, code: PairingCode) -> tuple[AgentInfo, dict[str, Any]]:
        session = async_get_clientsession(self.hass)
        host, port = self._address.host, self._address.port
        paired = await pair(
            session, host=host, port=port, code=code, client_name=await self._client_name()
        )
        client = AgentClient(
            session,
            host=host,
            port=port,
            token=paired.token,
            certificate_sha256=paired.certificate_sha256,
        )
        return await client.info(), {
            CONF_HOST: host,
            CONF_PORT: port,
            CONF_TOKEN: paired.token,
            CONF_CERTIFICATE_SHA256: paired.certificate_sha256,
        }

    async def _client_name(self) -> str:
        """What the agent lists this Home Assistant as: the same every time, and no other's."""
        instance = (await instance_id.async_get(self.hass))[:8]
        return f"Home Assistant {self.hass.config.location_name[:80]} ({instance})"

    def _show_code_form(
        self, step_id: str, user_input: dict[str, Any] | None, errors: dict[str, str]
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(_CODE_SCHEMA, user_input),
            description_placeholders={"name": self._name},
            errors=errors,
        )

    # --- a known agent, anew -------------------------------------------------------------------

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """The token was revoked, or the agent has another certificate."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new pairing code of the same agent."""
        entry = self._get_reauth_entry()
        self._address = Address(host=entry.data[CONF_HOST], port=entry.data[CONF_PORT])
        self._name = entry.title
        errors: dict[str, str] = {}
        if user_input is not None:
            paired, errors = await self._try_code(user_input[CONF_CODE])
            if paired is not None:
                info, data = paired
                await self.async_set_unique_id(info.agent_id, raise_on_progress=False)
                self._abort_if_unique_id_mismatch(reason="wrong_agent")
                return self.async_update_reload_and_abort(entry, data_updates=data)
        return self._show_code_form("reauth_confirm", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the agent is now; token and certificate stay, and prove that it is the same."""
        entry = self._get_reconfigure_entry()
        known = Address(host=entry.data[CONF_HOST], port=entry.data[CONF_PORT])
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = await self._try_moved(user_input[CONF_HOST], entry.data, entry.unique_id)
            if not errors:
                updates = {CONF_HOST: self._address.host, CONF_PORT: self._address.port}
                return self.async_update_reload_and_abort(entry, data_updates=updates)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                _ADDRESS_SCHEMA, user_input or {CONF_HOST: str(known)}
            ),
            description_placeholders={"name": entry.title},
            errors=errors,
        )

    async def _try_moved(
        self, text: str, data: Mapping[str, Any], agent_id: str | None
    ) -> dict[str, str]:
        if errors := await self._try_address(text):
            return errors
        client = AgentClient(
            async_get_clientsession(self.hass),
            host=self._address.host,
            port=self._address.port,
            token=data[CONF_TOKEN],
            certificate_sha256=data[CONF_CERTIFICATE_SHA256],
        )
        try:
            info = await client.info()
        except AgentCertificateError:
            return {CONF_HOST: "other_certificate"}
        except AgentError as error:
            return {CONF_HOST: _flow_error(error)}
        return {} if info.agent_id == agent_id else {CONF_HOST: "other_certificate"}


def _host_to_keep(known: ConfigEntry | None, announced: ZeroconfServiceInfo) -> str | None:
    """The host that an entry has, if it is among those announced.

    A Pi with cable and Wi-Fi announces both in turn: that is no move, and no reason to reload.
    """
    host: str | None = known.data.get(CONF_HOST) if known else None
    return host if host in _names_of(announced) else None


def _names_of(announced: ZeroconfServiceInfo) -> set[str]:
    return {announced.hostname.rstrip("."), *map(str, announced.ip_addresses)}


def _flow_error(error: AgentError) -> str:
    _LOGGER.debug("The agent could not be used: %s", error)
    return error_key(error)


def _pairing_error(error: AgentAuthError | AgentCertificateError | AgentRequestError) -> str:
    match error:
        case AgentCertificateError():
            return "code_of_another_agent"
        case AgentAuthError():
            return "wrong_code"
        case AgentRequestError(code="locked"):
            return "pairing_locked"
        case _:
            return _flow_error(error)
