"""The copy of every event on a second machine, by SFTP, for whoever has no Home Assistant.

The SSH library is heavy: `sftp_target` and `ssh_keys` import it, and are imported only where a copy
is configured.
"""

from .destination import CopyError, Destination, Target, open_target, require_library
from .event_copier import EventCopier

__all__ = ["CopyError", "Destination", "EventCopier", "Target", "open_target", "require_library"]
