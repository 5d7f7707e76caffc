"""Words for a reader's standing in other languages than English, as headers and cells have them."""

import re
import unicodedata
from typing import Final

_MEANS: Final = {
    "status": "zustand etat statut estado stato situacao situatie stav",
    "active": "aktiv aktiviert actif activo ativo attivo actief abonniert angemeldet bestatigt"
    " abonne inscrit confirme suscrito subscrito inscrito confirmado iscritto confermato"
    " ingeschreven aangemeld bevestigd prenumererar tilmeldt aktywny",
    "unsubscribed": "abgemeldet abmeldung abmeldedatum abbestellt ausgetragen austragung gekundigt"
    " desabonne desabonnement desinscrit desinscription baja desuscrito descadastrado disiscritto"
    " disiscrizione cancellato cancelado afgemeld afmelding uitgeschreven uitschrijving opgezegd"
    " avregistrerad avprenumererad afmeldt avmeldt wypisany",
    "inactive": "inaktiv deaktiviert inactif desactive inactivo inativo inattivo disattivato"
    " inactief",
    "deleted": "geloscht supprime eliminado borrado excluido eliminato verwijderd",
    "bounced": "unzustellbar zuruckgewiesen rebotado rimbalzato onbestelbaar",
    "complained": "beschwerde spambeschwerde plainte queja reclamo klacht",
    "blocked": "gesperrt blockiert bloque bloqueado bloccato geblokkeerd blokkert",
    "unconfirmed": "unbestatigt ausstehend pendiente pendente",
}
_ENGLISH: Final = {word: meaning for meaning, words in _MEANS.items() for word in words.split()}
_PHRASES: Final = {
    "non confirme": "unconfirmed",
    "nicht bestatigt": "unconfirmed",
    "en attente": "pending",
    "in attesa": "pending",
    "in afwachting": "pending",
    "sin confirmar": "unconfirmed",
}
_ENDING: Final = re.compile(r"\((?:e|ne|s|es)\)|·e")  # abonné(e), abonné·e
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")


def in_english(text: str) -> str:
    """`Abgemeldet am`, in lower case, as `unsubscribed am`; what is not known stays as it is."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", _ENDING.sub("", text)))
    if plain in _PHRASES:
        return _PHRASES[plain]
    words = plain.split()
    english = [_ENGLISH.get(word, word) for word in words]
    return text if english == words else " ".join(english)
