"""Tell what looks like a password from words, codes and places that only stand where one could; pure."""

# ruff: noqa: E501, SIM905 - patterns and lists read better whole

from __future__ import annotations

import re

SPOKEN = frozenset(
    """
    a accepted access account active again all allowed already also always am an and any app application are as asked
    at attempt attempt attempts auth authentication be because been before being blank both blocked broken but by can cannot
    case-sensitive change changed check command contact correct correctly could credentials days definitely denied
    deprecated did different disabled does doesn't don't each either email empty encrypted enter entered error every
    exactly exceeded expire expired expires failed failure false field fine first for forgotten found from given good
    hashed has have hidden how i identical if in incorrect instead invalid is isn't it it's its just last later leaked
    letters locked log login long mail may me mechanism method might mismatch missing must my need needed needs never
    new no none not now null of off ok okay old on once one only or our own permission please port prompt protected
    provided quarantined recently refused rejected rejection required requires reset revoked right same saved says secure see sent
    server set short shown simple smtp so some spelled stolen stored supplied supported sure temporary type than that the
    then there they this to today too transmitted true try twice typed typo unchanged undefined unencrypted unknown
    unset unsupported up updated use used user username using valid verified very was wasn't way weak were what when
    which while why will with without won't working works wrong yes yesterday you your yours
    abgelaufen abgelehnt aktuell alt anders angegeben anmeldung auch auf aus bei bitte das dass definitiv dem den der die ein
    eine eingeben einmal er erforderlich es fehlt fehlgeschlagen falsch gesperrt gespeichert geändert gleich gut haben
    hat ich immer in ist kein keine klappt korrekt leer mein mit nicht noch nochmal oder prüfen richtig seit sicher
    stimmt und ungültig unbekannt unverändert verschlüsselt war weil wird wurde zu zurückgesetzt über überprüfen
    bon changé correcte dans de del della des du en erroné est et expiré faux il incorrecte incorrectes incorrecto
    incorrecta incorrectos inválida inválido invalide la le les mauvais même ne non nouveau oublié par pas périmé plus
    pour que qui refusé requis requise un une vide
    caducada caducado cambiada con contraseña correcta correcto correctos errónea erróneo es está incorreta incorreto
    la mal mi misma nueva para pero por requerida se sido son su vacía y
    corretta correta errata errato ma no non scaduta sono è é foi uma
    en fout geen goed juist met niet onjuist van verkeerd verlopen voor wel
    верный верно вводится для и истёк на не неверен неверный неправильный нет но от по правильный просрочен устарел
    8bitmime base64 imap4 ipv4 ipv6 m365 md5 o365 oauth2 office365 pop3 rfc822 sha256 smtp2go ssl3 utf-8 utf8 win10 win11
    x509 xoauth2
    i jest nie nieprawidłowe poprawne wygasło w z ale do od
    ei fel fejl feil felaktigt och er inte ikke rätt riktig
    """.split()
)
"""What comes after the word password where somebody only speaks of it."""
ENDS = "()[]{},;:.!?\"'`*_~<>“”„‘’«»…、。）」"
MAIL = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}>?")
PLACE = re.compile(r"(?:\[?[\w-]{1,63}(?:\.[\w-]{1,63})+\]?|[0-9a-f:.]*::?[0-9a-f:.]*)(?::\d{1,5})?", re.IGNORECASE)
CODE = re.compile(
    r"#?[245]\d\d(?:[-#:]?[245]\.\d{1,3}\.\d{1,3})?|[245]\.\d{1,3}\.\d{1,3}|#?-?\d{1,3}|0x[0-9a-f]+", re.IGNORECASE
)
DATE = re.compile(r"\d{1,4}([-/.:])\d{1,2}(?:\1\d{1,4})?(?:[T ].*|Z)?")
PATH = re.compile(
    r"(?:(?:hash|lmdb|btree|texthash|regexp|pcre|file|proxy|cdb|dbm|ldap|mysql|pgsql):)?/[\w./@-]+|[a-z]:\\.*|~/.*",
    re.IGNORECASE,
)
LINK = re.compile(r"<?[a-z][a-z0-9+.-]{1,15}://.*", re.IGNORECASE)
PLAIN = re.compile(r"[^\W\d_]+(?:['’/-][^\W\d_]+)*")
SYMBOLS = frozenset("!@#$%^&*+=~?{}<>\\|§€£¿¡")
SHORTEST = 4


def bare(word: str) -> str:
    """Return a word without what a sentence puts around it."""
    return word.strip(ENDS)


def spoken(word: str) -> bool:
    """Tell a word of speech, which is no password even where one could stand."""
    return bare(word).lower() in SPOKEN


def is_plain(word: str) -> bool:
    """Tell a word of letters alone, hyphens and apostrophes between them included."""
    return bool(PLAIN.fullmatch(word))


def names_something(word: str) -> bool:
    """Tell a mail address, a host, a reply code, a date, a path and a link, which stand after the word too."""
    shapes = (MAIL, PLACE, CODE, DATE, PATH, LINK)
    return any(shape.fullmatch(one) for shape in shapes for one in (word, bare(word)))


def is_path(word: str) -> bool:
    """Tell the path of a file, of a table of Postfix's included."""
    return bool(PATH.fullmatch(bare(word))) and (word.count("/") > 1 or "\\" in word)


def _next_of_a_list(inside: str) -> bool:
    """Tell what became of one recipient and the address of the next: `blocked,bob@example.org`."""
    said, comma, after = inside.partition(",")
    return bool(comma) and spoken(said) and bool(MAIL.fullmatch(after))


def looks_secret(word: str) -> bool:
    """Tell what is made as passwords are: letters with digits or signs among them, or a row of digits."""
    inside = bare(word)
    if len(inside) < SHORTEST or spoken(word) or names_something(word) or _next_of_a_list(inside):
        return False
    if inside.isdigit():
        return True
    letters, digits = any(map(str.isalpha, inside)), any(map(str.isdigit, inside))
    return (letters and digits) or ((letters or digits) and bool(SYMBOLS & set(inside)))
