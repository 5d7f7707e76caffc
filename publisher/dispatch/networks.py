"""Where a channel's messages stand: what a network calls them means nothing anywhere else."""

from publisher.adapters.base import Adapter
from publisher.config import Channel
from publisher.model.deliveries import Delivery
from publisher.model.messages import Message


def network_of(channel: Channel, adapter: Adapter[Message]) -> str:
    """In a few words for people, such as `mastodon at social.example`."""
    return " at ".join(filter(None, (channel.adapter, adapter.stands_at())))


def is_elsewhere(delivery: Delivery, network: str) -> bool:
    """Whether a message was last tried at another network than its channel has now."""
    return delivery.network not in {None, network}


def moved(delivery: Delivery, network: str) -> str:
    """Why nobody can be asked about it."""
    return f"it went to {delivery.network}, but {delivery.channel} is {network} now"
