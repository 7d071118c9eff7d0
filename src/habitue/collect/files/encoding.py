"""Decides in which encoding a text file is written, from bytes of its beginning, middle and end."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from habitue.collect.files.errors import FileNotText
from habitue.collect.files.shapes import Note
from habitue.kernel.text import gettext_noop as _

BLOCK = 1 << 20
_FRAGMENT = 64 << 10
_FRAGMENTS = 8
_HIGH_WORD = re.compile(rb"[\x80-\xff]")
_MARK_IN_WORD = re.compile(r"(?<=[a-z])[^\w\s\x00-\x7f’´`-](?=[a-zß-ÿ])")
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_COMMON_CYRILLIC = "оеаинтрслвкм"
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_GOOD_LATIN = "äöüßÄÖÜéèêëàâáçñíóúôîûïÉÀÇÑåøæÅØÆãõ§°€–—’‘“”„…«»´²³½"
_LATIN = ("cp1252", "cp850", "mac-roman", "cp1250")


@dataclass(slots=True)
class ByteSurvey:
    """What a walk over a file's bytes found out; `head`, `middle` and `tail` are samples cut at line ends."""

    size: int = 0
    head: bytes = b""
    middle: bytes = b""
    tail: bytes = b""
    has_high: bool = False
    has_nul: bool = False
    utf8_faults: int = 0
    utf8_letters: int = 0
    fragments: list[bytes] = field(default_factory=list)


def survey(blocks: list[bytes], *, contiguous: bool) -> ByteSurvey:
    """Survey a short list of blocks; see `Surveyor` for a stream."""
    surveyor = Surveyor()
    for block in blocks:
        surveyor.add(block, contiguous=contiguous)
    return surveyor.result()


class Surveyor:
    """Gathers a `ByteSurvey` block by block, so that a file of any size needs the memory of a few blocks."""

    def __init__(self) -> None:
        self._found = ByteSurvey()
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._blocks = 0

    def add(self, block: bytes, *, contiguous: bool = True) -> None:
        """Take the next block; `contiguous` is False when bytes were left out before it."""
        found = self._found
        found.size += len(block)
        if not found.head:
            found.head = block
        self._blocks += 1
        if self._blocks > 1:
            found.tail = block
            if self._blocks & (self._blocks - 1) == 0:
                found.middle = block
        if b"\x00" in block:
            found.has_nul = True
        if not contiguous:
            self._decoder.reset()
            block = block[block.find(b"\n") + 1 :]
        if not block.isascii():
            self._take_high(block)
        elif self._decoder.getstate()[0]:
            found.utf8_faults += 1
            self._decoder.reset()

    def _take_high(self, block: bytes) -> None:
        found = self._found
        found.has_high = True
        text = self._decoder.decode(block)
        faults = sum(1 for char in text if "\udc80" <= char <= "\udcff") if not _encodable(text) else 0
        found.utf8_faults += faults
        found.utf8_letters += len(block) - len(text)
        if len(found.fragments) < _FRAGMENTS or self._blocks % 16 == 0:
            found.fragments = [*found.fragments[: _FRAGMENTS - 1], _around_high(block)]

    def result(self) -> ByteSurvey:
        """Everything found so far."""
        if self._decoder.getstate()[0]:
            self._found.utf8_faults += 1
        return self._found


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _around_high(block: bytes) -> bytes:
    found = _HIGH_WORD.search(block)
    start = max(0, found.start() - 200) if found else 0
    lines = [line for line in block[start : start + (_FRAGMENT << 2)].splitlines() if not line.isascii()]
    return b"\n".join(lines)[:_FRAGMENT]


def decide_encoding(found: ByteSurvey, *, name: str) -> tuple[str, tuple[Note, ...]]:
    """The name of a Python codec, and what the reader should know about it; raises FileNotText for junk."""
    head = found.head
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", _faults_note(found)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ()
    if found.has_nul:
        wide = _wide_without_mark(head)
        if wide:
            return wide, ()
    _refuse_junk(found, name)
    notes: tuple[Note, ...] = ()
    if found.has_nul:
        notes = (Note("nul_removed", _("Invisible zero characters were left out.")),)
    if not found.has_high:
        return "utf-8", notes
    if found.utf8_faults == 0 or found.utf8_faults * 50 < found.utf8_letters:
        return "utf-8", notes + _faults_note(found)
    return _single_byte(b"\n".join(found.fragments)), notes


def _faults_note(found: ByteSurvey) -> tuple[Note, ...]:
    if not found.utf8_faults:
        return ()
    return (
        Note(
            "mixed_encodings",
            _("%(count)s characters are written in another encoding than the rest; look at them in the preview."),
            {"count": found.utf8_faults},
        ),
    )


def _wide_without_mark(head: bytes) -> str | None:
    sample = head[: len(head) // 2 * 2][:4096]
    even, odd = sample[::2], sample[1::2]
    if not even:
        return None
    for codec, high in (("utf-16-le", odd), ("utf-16-be", even)):
        zeros = high.count(0) / len(high)
        cyrillic = high.count(4) / len(high)
        other = (even if high is odd else odd).count(0) / len(even)
        if zeros + cyrillic > 0.9 and zeros > 0.05 and other < 0.02:
            return codec
    return None


def _refuse_junk(found: ByteSurvey, name: str) -> None:
    sample = found.head[:BLOCK]
    control = len(_CONTROL.findall(sample)) + sample.count(0)
    if control > len(sample) * 0.05 and control > 3:
        raise FileNotText(name=name)


def _single_byte(sample: bytes) -> str:
    high = len(_HIGH_WORD.findall(sample))
    together = len(re.findall(rb"(?<=[\x80-\xff])[\x80-\xff]", sample))
    if together >= high * 0.5:
        cyrillic, score = _best_cyrillic(sample)
        if score >= 0.35:
            return cyrillic
        return _by_library(sample) or cyrillic
    return _best_latin(sample)


def _best_cyrillic(sample: bytes) -> tuple[str, float]:
    scores: list[tuple[float, int, str]] = []
    for rank, codec in enumerate(_CYRILLIC):
        text = sample.decode(codec, "replace")
        letters = [char for char in text if ord(char) > 127]
        small = sum(1 for char in letters if char in _COMMON_CYRILLIC)
        capital = sum(1 for char in letters if char.lower() in _COMMON_CYRILLIC and char.isupper())
        odd = sum(1 for char in letters if not ("А" <= char <= "я" or char in "ёЁ№«»—–\xa0"))
        inner = len(re.findall("[а-яё][А-ЯЁ]", text))
        score = (small + 0.6 * capital - odd - 2 * inner) / max(1, len(letters))
        scores.append((score, -rank, codec))
    best = max(scores)
    return best[2], best[0]


def _best_latin(sample: bytes) -> str:
    scores: list[tuple[float, int, str]] = []
    for rank, codec in enumerate(_LATIN):
        text = sample.decode(codec, "replace")
        high = [char for char in text if ord(char) > 127]
        good = sum(1 for char in high if char in _GOOD_LATIN)
        odd = sum(1 for char in high if not char.isalpha() and char not in _GOOD_LATIN and char != "\xa0")
        inner = len(re.findall("[a-zß-ÿ][À-ÞŒŠŽ]", text)) + 2 * len(_MARK_IN_WORD.findall(text))
        scores.append(((good - odd - inner) / max(1, len(high)), -rank, codec))
    best = max(scores)
    if best[0] < 0.5:
        return _by_library(sample) or best[2]
    return best[2]


def _by_library(sample: bytes) -> str | None:
    match = from_bytes(sample[:_FRAGMENT]).best()
    return match.encoding if match is not None else None
