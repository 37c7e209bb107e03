"""Print the packages that the demo's Home Assistant would install at its start."""

from collections.abc import Iterator
import json
from pathlib import Path

from homeassistant import bootstrap, components
from homeassistant.util.yaml import load_yaml_dict

from .home_assistant import CONFIGURATION, WITHOUT_PIN

_COMPONENTS = Path(components.__file__).parent


def _main() -> None:
    used = bootstrap.DEFAULT_INTEGRATIONS.union(load_yaml_dict(str(CONFIGURATION)))
    for requirement in sorted(set(_requirements(used))):
        name, _, _ = requirement.partition("==")
        print(name if name in WITHOUT_PIN else requirement)


def _requirements(domains: set[str]) -> Iterator[str]:
    seen: set[str] = set()
    while waiting := domains - seen:
        for domain in waiting:
            manifest = json.loads((_COMPONENTS / domain / "manifest.json").read_text())
            yield from manifest.get("requirements", [])
            domains = domains.union(manifest.get("dependencies", []), manifest.get("after_dependencies", []))
        seen |= waiting


if __name__ == "__main__":
    _main()
