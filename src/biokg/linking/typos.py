"""When two spellings are one word: stricter the shorter the word."""

from __future__ import annotations

from rapidfuzz.distance import OSA

VOWELS = frozenset("aeiouy")
SOUND_ALIKE = frozenset({frozenset("ck"), frozenset("sz"), frozenset("iy"), frozenset("vw"), frozenset("ij")})


def is_typo(one: str, other: str, *, in_context: bool = False) -> bool:
    """Whether *one* can be a misspelling of *other*.

    Up to eight letters: one slip, and in a replaced letter (up to six: in any case) a gentle one: swapped or doubled
    letters, from seven on a vowel or a letter that sounds alike. Eleven letters and more: two slips. Digits must
    agree, and the first letter unless the word is long. *in_context*, beside other words that agree, any one
    slip will do from five letters on, a gentle one at four.

    A word alone that differs in its last letter is another name rather than a slip.

    >>> is_typo("galapgos", "galapagos"), is_typo("oncorna", "oncodna"), is_typo("merk", "merck")
    (True, False, False)
    """
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < (4 if in_context else 5) or abs(len(one) - len(other)) > 2:
        return False
    if one[0] != other[0] and shorter < 9:
        return False
    allowed = 1 if shorter < 11 else 2
    if OSA.distance(one, other, score_cutoff=allowed) > allowed or _digits(one) != _digits(other):
        return False
    if in_context and shorter >= 5:
        return True
    if not in_context and _at_the_end(one, other):
        return False
    free = shorter >= 9 or (shorter >= 7 and len(one) != len(other))
    return free or _gentle(one, other, vowels=in_context or shorter >= 7)


def is_inner_slip(one: str, other: str) -> bool:
    """Whether the two differ by one letter inside as people slip: enough beside a shared common word.

    From five letters on a gentle slip, from six on (the shorter of the two) a letter left out.

    >>> is_inner_slip("bicyle", "bicycle"), is_inner_slip("giliad", "gilead"), is_inner_slip("epic", "epics")
    (True, True, False)
    """
    shorter = min(len(one), len(other))
    if shorter < 5 or one[0] != other[0] or _digits(one) != _digits(other):
        return False
    if OSA.distance(one, other, score_cutoff=1) != 1 or _at_the_end(one, other):
        return False
    return (shorter >= 6 and len(one) != len(other)) or _gentle(one, other, vowels=True)


def _at_the_end(one: str, other: str) -> bool:
    """Whether the two differ in the last letter only, which is not merely doubled (nor ``ch`` for ``c``)."""
    if len(one) == len(other):
        return one[:-1] == other[:-1] and frozenset((one[-1], other[-1])) not in SOUND_ALIKE
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer.startswith(shorter) and longer[-1] != shorter[-1] and longer[-2:] != "ch"


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _gentle(one: str, other: str, *, vowels: bool) -> bool:
    """One edit that people make: a swap, a doubled letter, a vowel, letters that sound alike."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest_one, rest_other = one[start:], other[start:]
    if len(one) == len(other):
        if rest_one[:1] == rest_other[1:2] and rest_one[1:2] == rest_other[:1]:
            return True
        pair = frozenset((rest_one[0], rest_other[0]))
        return vowels and (pair <= VOWELS or pair in SOUND_ALIKE)
    longer, place = (one, start) if len(one) > len(other) else (other, start)
    extra = longer[place]
    before = longer[place - 1] if place else ""
    inside = place < len(longer) - 1
    return extra == before or (vowels and inside and (extra in VOWELS or extra == "h"))
