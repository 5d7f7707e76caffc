"""Slugs: Eleventy's filters `slugify` (@sindresorhus/slugify) and `slug` (slugify)."""

# ruff: noqa: RUF001 - letters of other alphabets are what this is about

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_COMMON = (
    "ÐØßæðøþĐđĦħıĲĳŁłΆΈΉΊΌΎΏΐΑΓΔΕΖΗΙΚΛΜΝΟΠΡΣΤΥΦΩΪΫάέήίΰαβγδεζηθικλμνοπρςστυφψωϊϋόύώІЉЊАБВГДЕЖЗИЙ"
    "КЛМНОПРСТУФХЦЧШЫЭЮЯабвгдежзийклмнопрстуфхцчшыэюяіљњҐґԱԲԳԴԶԷԸԺԻԼԽԾԿՀՁՂՄՅՆՇՊՋՍՎՏՐՕՖաբգդզէըժիլխ"
    "ծկհձղմյնշպջսվտրօֆآبتثجحخدذرزسشصضطغفقكلمنهوىي٠١٢٣٤٥٦٧٨٩ٹپچڈډڑړژکګگںڼھۀہیېے۰۱۲۳۴۵۶۷۸۹აბგდევზ"
    "თილმნოჟრსუღშჩცძხჯჰ"
)
_OTHER = (
    "ÄAe ÆAE ÖOe ÜUe ÞTH äae öoe üue ΒB ΘTH ΞKS ΧX ΨPS ξks χx ЁYo ЄYe ЇYi ЌKj ЩSch Ъ Ь "
    "щsch ъ ь ёyo єye їyi ќkj ԵYe ԹT ՃTch ՈVo ՉCh ՌR ՑC ՓP ՔQ եye թt ճtch ոvo չch ռr ցc փp "
    "քq ևyev ءe أa ؤw إi ئy اa ةt ظz عe ـ_ ټp ځz څc ږg ښx ۍai კk პp ტt ფph ქq ყk წts ჭtch "
    "ẞSS €E ¥Y "
)
_TRANSLITERATED = (
    {ord(letter): anyascii(letter) for letter in _COMMON}
    | {ord(pair[0]): pair[1:] for pair in _OTHER.split()}
    | {ord("&"): " and ", ord("♥"): " love ", 0x1F984: " unicorn "}
)
_RUSSIAN_ENDS = (("ъе", "ye"), ("Ъе", "Ye"), ("ый", "iy"), ("Ый", "Iy"))
_CONTRACTION = re.compile(r"([a-zA-Z\d]+)'([ts])(\s|$)", re.ASCII)
_NO_SLUG = re.compile(r"[^a-z\d]+", re.ASCII)
_CAMELS = (
    (re.compile(r"([A-Z]{2,})(\d+)"), r"\1 \2"),
    (re.compile(r"([a-z\d]+)([A-Z]{2,})"), r"\1 \2"),
    (re.compile(r"([a-z\d])([A-Z])"), r"\1 \2"),
    (re.compile(r"([A-Z]+)([A-Z][a-rt-z\d]+)"), r"\1 \2"),
)
_DIACRITICS = frozenset(
    "^`\u00a8\u00af\u00b4\u00b7\u00b8\u02b9\u02ba\u02c6\u02c7\u02d8\u02da\u02dc\u0384\u0385"
)
_OLD_COMMON = (
    "ªºÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĀāĂăĄąĆćČčĎďĒēĖėęĚ"
    "ěĞğĢģĨĩīĮįİıķĻļĽľŁłŃńŅņŇňŌōŐőœŔŕŘřŚśŞşŠšŢţŤťŨũūŮůŰűŲųŴŵŶŷŸŹźŻżŽžƏƒƠơƯưǉǌȘșȚțəΆΈΊ"
    "ΌΎΐΑΓΔΕΖΙΚΛΜΝΟΠΡΣΤΥΦΪΫάέίΰαγδεζικλμνοπρςστυφψϊϋόύІЈЋАБВГДЕЖЗИКЛМНОПРСТУФЧШЫЭЮЯаб"
    "вгдежзиклмнопрстуфчшыэюяђіјљњћҐґғңҰұҺһبةتثجحخدرزسشصطغفقكلمنهوىيَُ٠١٢٣٤٥٦٧٨٩پچژکگ"
    "ی۰۱۲۳۴۵۶۷۸۹აბგდევზთილმნოჟრსუქღშჩცძხჯჰṢṣẀẁẂẃẄẅẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂ"
    "ểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ–‘’“”„†•…∂ﻻ"
)
_OLD_OTHER = (
    "¢cent £pound ¤currency ¥yen ©(c) ®(r) ÆAE ÞTH ĐDJ đdj Ęe Īi Ķk ŒOE Ūu ǈLJ ǋNJ ˚o ΉH "
    "ΏW ΒB ΗH Θ8 Ξ3 ΧX ΨPS ΩW ήh βb ηh θ8 ξ3 χx ωw ώw ЁYo ЂDJ ЄYe ЇYi ЉLJ ЊNJ ЏDZ ЙJ ХH ЦC "
    "ЩSh ЪU йj хh цc щsh ъu ёyo єye їyi ѝu џdz ҒGH ҚKH қkh ҢNG ҮUE үue ӘAE әae ӨOE өoe ءa "
    "آaa أa ؤu إi ئe اa ذth ضdh ظz عa ًan ٌon ٍen ِe კk პp ტt ფf ყq წts ჭch ẞSS €euro "
    "₹indian=rupee ₽russian=ruble ℠sm ™tm ∆delta ∑sum ∞infinity ♥love ﻵlaa ﻷlaa ﻹlai "
    "$dollar %percent &and <less >greater |or "
)
_OLD_LETTERS = {letter: anyascii(letter) for letter in _OLD_COMMON} | {
    pair[0]: pair[1:].replace("=", " ") for pair in _OLD_OTHER.split()
}
_OLD_DROPPED = re.compile(r"[^\w\s$*_+~.()'\"!\-:@]+", re.ASCII)
_NOT_STRICT = re.compile(r"[^A-Za-z0-9\s]", re.ASCII)


@lru_cache(maxsize=4096)
def slugify(text: str, *, decamelize: bool = False) -> str:
    """As @sindresorhus/slugify does; Eleventy's filter does not take `camelCase` apart."""
    text = unicodedata.normalize("NFC", text)
    for ending, letters in _RUSSIAN_ENDS:
        text = text.replace(ending, letters)
    text = unicodedata.normalize("NFD", text.translate(_TRANSLITERATED))
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in _DIACRITICS)
    for pattern, parts in _CAMELS if decamelize else ():
        text = pattern.sub(parts, text)
    text = _CONTRACTION.sub(r"\1\2\3", text.lower())
    return _NO_SLUG.sub("-", text).strip("-")


@lru_cache(maxsize=4096)
def slug(text: str, *, lower: bool = True, strict: bool = False, removed: str = "") -> str:
    """As the package slugify does, with its options; `removed` is a class of letters."""
    pieces = map(_old_piece, unicodedata.normalize("NFC", text))
    dropped = _class(removed) if removed else _OLD_DROPPED
    kept = "".join(dropped.sub("", piece) for piece in pieces)
    if strict:
        kept = _NOT_STRICT.sub("", kept)
    kept = re.sub(r"\s+", "-", kept.strip())
    return kept.lower() if lower else kept


@lru_cache(maxsize=16)
def _class(letters: str) -> re.Pattern[str]:
    try:
        return re.compile(letters, re.ASCII)
    except re.error:
        return _OLD_DROPPED


def _old_piece(letter: str) -> str:
    return " " if letter == "-" else _OLD_LETTERS.get(letter, letter).replace("-", " ")
