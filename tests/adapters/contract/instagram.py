"""What the contract must carry: a network that fetches an obligatory picture, as Instagram does."""

from publisher.errors import Rejected
from publisher.model.messages import Limits, Note, PictureLimits
from tests.adapters.contract import threads


class Instagram(threads.Threads):
    """Publishes pictures, which it fetches from their public address, with a caption."""

    limits = Limits(
        2200,
        len,
        pictures=1,
        alt=1000,
        picture=PictureLimits(formats=frozenset({"image/jpeg"}), required=True, by_url=True),
    )

    def content(self, message: Note) -> dict[str, str]:
        """The picture's address, and the words as its caption."""
        if not message.image:
            raise Rejected("a post needs a picture with a public address")
        return {"image_url": message.image, "caption": message.text}
