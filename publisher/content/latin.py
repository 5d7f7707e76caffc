"""Any script in Latin letters, as Python's site generators spell it."""

from functools import lru_cache


def in_latin(text: str) -> str:
    """`text` in ASCII: `北京` is `Bei Jing `, `Ärger` is `Arger`."""
    return text if text.isascii() else "".join(map(_letter, text))


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    from text_unidecode import unidecode

    return _NEWER.get(character) or str(unidecode(character))


_NEWER = {"Є": "Ie", "є": "ie", "Ґ": "G", "ґ": "g", "ẞ": "Ss"}
"""Letters that newer tables spell otherwise."""
