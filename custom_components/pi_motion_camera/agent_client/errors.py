"""What can go wrong between a client and an agent, grouped by what the caller does about it.

AgentError
├── AgentConnectionError    try again later: nobody answers, or the connection broke
├── AgentAuthError          pair anew: the token was revoked, or the pairing code is not valid
├── AgentCertificateError   stop: whoever answers does not hold the certificate that is trusted
├── AgentProtocolError      report: what came is not the contract, so it may be no agent at all
│   └── AgentVersionError   update one side; `agent_is_older` says which
└── AgentRequestError       report: the agent refused; `status`, `code`, `message`, `field`
"""


class AgentError(Exception):
    """Anything that keeps a client from what it asked an agent for."""


class AgentConnectionError(AgentError):
    """The agent cannot be reached, does not answer in time, or went away."""


class AgentAuthError(AgentError):
    """The agent does not accept this token or pairing code."""


class AgentCertificateError(AgentError):
    """The certificate is not the pinned one, or not the one the pairing code was made for."""


class AgentProtocolError(AgentError):
    """An answer does not fit the contract."""


class AgentVersionError(AgentProtocolError):
    """The agent speaks another major protocol; the message says which side to update."""

    def __init__(self, message: str, *, agent_is_older: bool) -> None:
        """`agent_is_older`: the agent is the side to update, else the integration is."""
        super().__init__(message)
        self.agent_is_older = agent_is_older


class AgentRequestError(AgentError):
    """The agent understood the request and refused it."""

    def __init__(self, *, status: int, code: str, message: str, field: str | None = None) -> None:
        """Take over what the agent's error document says."""
        super().__init__(f"{field}: {message}" if field else message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
