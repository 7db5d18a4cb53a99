"""Time the redline of two Japanese texts of 8,000 characters, in a process of its own. Prints JSON.

The first comparison opens the dictionary; the memory of earlier comparisons is not asked.
"""

import json
import random
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from common.comparing.redlining import redline

LENGTH = 8_000
REPEATS = 5

# Sentences of a policy as they were and as an adviser left them.
SENTENCES = (
    (
        "当社は、事業活動において人権を尊重します。",
        "当社は、国際的に認められた人権を理解し、事業活動のすべての場面で、関わる人の人権を尊重します。",
    ),
    (
        "本方針は、当社のすべての役員と従業員に適用します。",
        "本方針は、当社とグループ会社のすべての役員と従業員（派遣社員と技能実習生を含む）に適用します。",
    ),
    ("従業員に対して人権研修を実施する予定です。", "従業員に対し、年1回以上、人権研修を実施します。"),
    (
        "苦情を受け付けた場合、速やかに調査し、是正します。",
        "苦情を受け付けた場合、30日以内に調査し、必要な是正を行います。",
    ),
    (
        "法令を守り、差別を禁止し、安全な職場をつくります。",
        "法令を守ります。差別を禁止します。安全な職場をつくります。",
    ),
    (
        "取引先にも本方針の理解と支持を求めます。",
        "取引先には本方針の趣旨を理解し、人権を尊重していただくことを期待します。",
    ),
)


def texts(share: float) -> tuple[str, str]:
    """Return two texts of about `LENGTH` characters; `share` of the sentences of the second were edited."""
    dice, old, new = random.Random(share), [], []  # noqa: S311 - examples
    while sum(map(len, old)) < LENGTH:
        before, after = dice.choice(SENTENCES)
        number = f"{len(old) + 1}番目に、"
        old.append(number + before)
        new.append(number + (after if dice.random() < share else before))
    return "".join(old)[:LENGTH], "".join(new)[:LENGTH]


def rewritten() -> tuple[str, str]:
    """Return two texts in the same words that have no sentence in common."""
    dice = random.Random(8)  # noqa: S311 - examples
    words = [
        *("人権", "尊重", "会社", "従業員", "取引先", "研修", "窓口", "方針", "対話", "安全"),
        *("を", "は", "に", "と", "が", "で", "します", "ません", "、", "。"),
    ]
    return tuple("".join(dice.choice(words) for _ in range(LENGTH))[:LENGTH] for _text in range(2))


def milliseconds(old: str, new: str) -> dict:
    took = []
    for _repeat in range(REPEATS):
        started = time.perf_counter()
        ops = redline(old, new, language="ja")
        took.append((time.perf_counter() - started) * 1000)
    return {"median_ms": round(statistics.median(took), 1), "pieces": len(ops), "characters": [len(old), len(new)]}


def main() -> None:
    started = time.perf_counter()
    redline("人権を尊重します。", "人権を守ります。", language="ja")
    opened = (time.perf_counter() - started) * 1000
    measured = {
        "every_tenth_sentence_edited": milliseconds(*texts(0.1)),
        "every_sentence_edited": milliseconds(*texts(1.0)),
        "rewritten": milliseconds(*rewritten()),
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"dictionary_ms": round(opened, 1), **measured, "process_mb": memory}))


main()
