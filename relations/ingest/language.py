"""In which language a text is written, so that the coder is not let loose on one that it can't read."""

from __future__ import annotations

import functools
import re

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SAMPLE = 400  # characters that are looked at
SURE = 0.75
SHORTEST = 8  # letters; of fewer nothing can be told
# Those in which news is written. With all that the library knows, a headline full of names is taken for a creole.
LANGUAGES = set(
    "af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko "  # noqa: SIM905
    "ky lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru rw si sk sl so sq sr sv sw ta te th tl tr ug uk ur uz "
    "vi xh zh zu".split()
)


@functools.cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if code in LANGUAGES])
    return identifier


def language_of(text: str, declared: str = "") -> str:
    """ISO 639-1 code; empty where it can't be told.

    declared: the language that the feed or page names (en-GB). It decides where the text itself doesn't: feeds name
    the language of their software often enough.
    """
    named = re.split(r"[-_]", declared.strip().lower())[0]
    sample = text[:SAMPLE]
    if sum(map(str.isalpha, sample)) >= SHORTEST:
        code, probability = _identifier().classify(sample)
        if probability >= SURE:
            return str(code)
    return named if re.fullmatch("[a-z]{2}", named) else ""
