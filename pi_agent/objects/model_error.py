"""A model that cannot be used, and why."""

from pi_agent.errors import AgentError


class ModelError(AgentError):
    """The file is no model that can be run here, or it computes nonsense; says the mend."""
