"""Two ways to come by bytes: led by what of the client they reach, and by chance where atheris is not to be had."""

from collections.abc import Callable
import json
from pathlib import Path
from random import Random
from time import monotonic
import traceback

from tests.api.odd_json import encoded, odd, recorded

MOST_BYTES = 20_000
"""Of one answer; the largest recorded one has 8,000."""


def by_coverage(load: Callable[[], Callable[[bytes], None]], seconds: int, folder: Path) -> None:
    """Let atheris look, which ends the process; what reaches something new is kept in the folder for the next time."""
    import atheris  # noqa: PLC0415 - not everybody has it

    def mutate(sent: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)  # noqa: S311 - nothing is to be kept secret
        try:
            value = json.loads(sent) if chance.randrange(5) else None
            changed = encoded(odd(value, chance)) if value else b""
        except ValueError, RecursionError:
            changed = b""
        return changed if 0 < len(changed) <= most else bytes(atheris.Mutate(sent, most))

    with atheris.instrument_imports(include=["custom_components.nezha.api"]):
        look = load()
    seeds, corpus = folder / "seeds", folder / "corpus"
    for place in (seeds, corpus):
        place.mkdir(parents=True, exist_ok=True)
    for name, answer in recorded().items():
        (seeds / name.replace("/", "_")).write_bytes(encoded(answer))
    options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", "-timeout=10", f"-artifact_prefix={folder}/"]
    atheris.Setup(["fuzz", *options, str(corpus), str(seeds)], look, custom_mutator=mutate)
    atheris.Fuzz()


def by_chance(load: Callable[[], Callable[[bytes], None]], seconds: int, folder: Path) -> None:
    """Look at recorded answers with something odd in them; exit with what cannot be taken in a file of the folder."""
    look, chance, answers = load(), Random(), list(recorded().values())  # noqa: S311 - nothing is to be kept secret
    end, looked_at = monotonic() + seconds, 0
    while monotonic() < end:
        sent = encoded(odd(chance.choice(answers), chance))
        try:
            look(sent)
        except Exception:  # noqa: BLE001 - whatever it is, it was found
            traceback.print_exc()
            found = folder / "found.json"
            folder.mkdir(exist_ok=True)
            found.write_bytes(sent)
            raise SystemExit(f"fuzz: {found} holds what the client cannot take.") from None
        looked_at += 1
    print(f"fuzz: looked at {looked_at:,} answers and found nothing.")
