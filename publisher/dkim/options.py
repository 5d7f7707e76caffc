"""What `dkim:` says in config.yaml: which domain signs, under which selector, with which key."""

import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    field_validator,
    model_validator,
)

MOST_KEYS = 4
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 200


class SigningKey(BaseModel):
    """One key that signs emails."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    selector: str = Field(description="The key's name in DNS: SELECTOR._domainkey.DOMAIN.")
    domain: str = Field(
        default="",
        description="The domain that signs: the sender's, or one above it. Default: the sender's.",
    )
    key: SecretStr = Field(
        default=SecretStr(""), description="The private key itself, best as `${NAME}`."
    )
    key_file: Path | None = Field(default=None, description="The file with the private key.")

    @field_validator("selector", "domain")
    @classmethod
    def _is_a_name(cls, text: str) -> str:
        if text and not (len(text) < _LONGEST and _NAME.fullmatch(text)):
            raise ValueError("selector and domain are names in DNS, such as s2026 and news.example")
        return text

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        if bool(self.key.get_secret_value()) == (self.key_file is not None):
            raise ValueError("key and key_file: give one of them")
        return self

    def covers(self, sender: str) -> bool:
        """Whether a signature of this key counts for the sender's domain (relaxed alignment).

        It does where `domain` is the sender's own or one above it (RFC 7489 section 3.1.1).
        """
        signing, own = self.domain.lower(), sender.lower().rstrip(".")
        return not signing or own == signing or own.endswith(f".{signing}")


def _listed(value: Any) -> Any:
    """One block or a list of them, as a list whose blocks have the right options."""
    blocks = [value] if isinstance(value, dict | SigningKey) else value
    if not isinstance(blocks, list | tuple) or len(blocks) > MOST_KEYS:
        raise ValueError("must be a block with selector and key_file, or a list of a few")
    known = SigningKey.model_fields
    for block in blocks:
        if isinstance(block, SigningKey):
            continue
        if not isinstance(block, dict) or not block.get("selector"):
            raise ValueError("needs a selector: the key's name in DNS")
        unknown = next((str(name) for name in block if name not in known), None)
        if unknown is not None:
            raise ValueError(f"has no option {unknown[:40]!r}: known are {', '.join(known)}")
    return blocks


_BLOCK = SigningKey.model_json_schema()
SigningKeys = Annotated[
    tuple[SigningKey, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_BLOCK, {"type": "array", "items": _BLOCK, "maxItems": MOST_KEYS}]}),
]
