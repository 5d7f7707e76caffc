"""`adapter: folder`: each email a real .eml, each note a .txt and a .json, and no network."""

import contextlib
import errno
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher import private
from publisher.adapters.base import Adapter, Settings, option
from publisher.errors import Unavailable
from publisher.mime.lines import one_line
from publisher.mime.template import as_bytes
from publisher.model.messages import (
    ChannelMessage,
    Digest,
    Email,
    Message,
    Note,
    Picture,
    Receipt,
)

SLUG = 40  # characters of the title that a file's name keeps
FINAL = (".eml", ".json")  # written last: where it stands, the message is whole
_OURS = re.compile(r"\.?\d{4}-\d\d-\d\d-.+\.(eml|json|txt|jpe?g|png|gif|webp|avif)(\.[0-9a-f]{8})?")
HINTS = {
    errno.ENOSPC: "the disk is full, make room",
    errno.EDQUOT: "this user's share of the disk is full, make room",
    errno.EROFS: "the disk is read-only, choose another `path`",
    errno.EACCES: "this user may not write there, change the folder's owner or the option `path`",
    errno.ENOTDIR: "a file stands where a folder should be, move it or change the option `path`",
    errno.EEXIST: "a file stands where a folder should be, move it or change the option `path`",
}


class FolderSettings(Settings):
    """The options of `adapter: folder`."""

    path: Path = option(
        "Where the files go; relative to the folder of config.yaml. Made if missing.",
        Path("queue/sent"),
    )


class Folder(Adapter[Message]):
    """Delivers into a folder. A file's name holds the key, so the same key twice is one message."""

    settings = FolderSettings
    kinds = (Email, Note, Digest)
    repeatable_for = timedelta(days=36500)

    def __init__(self, settings: Settings, *, name: str) -> None:  # noqa: ARG002 - the path says more
        """Keep the options; nothing is made or written yet."""
        assert isinstance(settings, FolderSettings)  # noqa: S101 - wiring pairs them
        self._folder = settings.path.absolute()
        self._looked_at = False

    def send(self, message: Message, key: str) -> Receipt:
        """Write the message, whole or not at all.

        Raises:
            Rejected: an address is invalid.
            Unavailable: the folder cannot be written.
        """
        with self._writing():
            self._prepare()
            if isinstance(message, Note | Digest):
                return self._receipt(self._find(key) or self._send_note(message, key))
            date, slug = message.date, _slug(message.subject, "mail")
            path = self._folder / f"{date:%Y-%m-%d}-{slug}-{key}.eml"
            if not path.exists():
                _write(path, as_bytes(message, key))
            return self._receipt(path)

    def find(self, key: str, message: Message, since: datetime) -> Receipt | None:  # noqa: ARG002 - the key says it all
        """The message that was written under this key.

        Raises:
            Unavailable: the folder cannot be read.
        """
        with self._writing():
            found = self._find(key)
        return self._receipt(found) if found else None

    def delete(self, receipt: Receipt) -> None:
        """Remove the message's files.

        Raises:
            Unavailable: the folder cannot be written.
        """
        with self._writing():
            for path in self._folder.glob(f"{_stem(receipt)}.*"):
                path.unlink()

    def edit(self, receipt: Receipt, message: ChannelMessage) -> Receipt:
        """Write a note's words anew.

        Raises:
            Unavailable: the folder cannot be written.
        """
        with self._writing():
            path = self._folder / f"{_stem(receipt)}.json"
            shown = json.loads(path.read_bytes())
            shown |= {"text": message.text, "title": message.title}
            _write(path.with_suffix(".txt"), message.text.encode("utf-8", "replace") + b"\n")
            content = json.dumps(shown, ensure_ascii=False, indent=2)
            _write(path, content.encode("utf-8", "replace") + b"\n")
        return receipt

    def check(self) -> None:
        """Write a file into the folder and remove it again.

        Raises:
            Unavailable: the folder cannot be written.
        """
        with self._writing():
            self._prepare()
            probe = self._folder / f".{secrets.token_hex(8)}"
            _write(probe, b"?")
            probe.unlink()

    def _prepare(self) -> None:
        """Make the folder; what an older version left open to others is for its owner only.

        A folder that holds other things than messages stays open, its messages do not.
        """
        private.make_folder(self._folder)
        if self._looked_at:
            return
        self._looked_at = True
        if not private.is_open(self._folder):
            return
        files = list(self._folder.iterdir())
        ours = [path for path in files if _OURS.fullmatch(path.name)]
        for path in ours if len(ours) < len(files) else (*ours, self._folder):
            private.tighten(path)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn the system's errors into ours."""
        try:
            yield
        except OSError as error:
            hint = HINTS.get(error.errno or 0, (error.strerror or "it failed").lower())
            text = f"the folder {one_line(str(self._folder))} cannot be used: {hint}"
            raise Unavailable(text) from error

    def _send_note(self, note: ChannelMessage, key: str) -> Path:
        """The text for people, the picture, and last the JSON, which says that all is there."""
        title = note.title or note.text
        path = self._folder / f"{datetime.now(UTC):%Y-%m-%d}-{_slug(title, 'note')}-{key}.json"
        _write(path.with_suffix(".txt"), note.text.encode("utf-8", "replace") + b"\n")
        picture = note.picture if isinstance(note, Note) else None
        if picture:
            _write(path.with_suffix(_suffix(picture)), picture.content)
        content = json.dumps(_readable(note, key, path), ensure_ascii=False, indent=2)
        _write(path, content.encode("utf-8", "replace") + b"\n")
        return path

    def _find(self, key: str) -> Path | None:
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                if path.suffix in FINAL and path.stem.endswith(f"-{key}"):
                    return path
        return None

    def _receipt(self, path: Path) -> Receipt:
        return Receipt(remote_id=path.name, remote_url=path.as_uri())


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole, on the disk, or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        private.make_file(draft)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # the new name survives a power cut too
    finally:
        os.close(handle)


def _readable(note: ChannelMessage, key: str, path: Path) -> dict[str, object]:
    """The note as its .json holds it; a picture is a file beside it."""
    fields = ("text", "url", "title", "description", "language", "tags", "content_warning", "items")
    shown = {name: getattr(note, name) for name in fields if hasattr(note, name)}
    content: dict[str, object] = {"key": key, **shown}
    if isinstance(note, Note) and note.picture:
        file = path.with_suffix(_suffix(note.picture)).name
        content["picture"] = {"file": file, "alt": note.picture.alt}
    return content


def _stem(receipt: Receipt) -> str:
    return Path(receipt.remote_id).stem


def _suffix(picture: Picture) -> str:
    """`.jpeg` of `image/jpeg`."""
    return "." + re.sub(r"[^a-z0-9]", "", picture.media_type.rpartition("/")[2].lower())


def _slug(text: str, otherwise: str) -> str:
    """A title as part of a file's name: lower-case ASCII letters, digits and hyphens."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only)[:SLUG].strip("-") or otherwise
