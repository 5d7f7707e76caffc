"""Send what is due: claim, send, settle; only here is Adapter.send called, and called again."""

from publisher.dispatch.dispatcher import Dispatcher
from publisher.dispatch.notify import Notifier
from publisher.dispatch.progress import Watch

__all__ = ["Dispatcher", "Notifier", "Watch"]
