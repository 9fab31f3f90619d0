"""Write `models.json`: every shipped model with the SHA-256 of its files, its licence, recipe and scores.

    python -m pipeline.training.manifest models/

Each model folder holds `about.json` (licence, recipe, scores), kept by whoever trained it; the digests are made here.
"""

import json
import sys
from pathlib import Path

from pipeline.models import file_digest


def write_manifest(folder: Path) -> None:
    """List all model folders below `folder`."""
    listed = {}
    for about in sorted(folder.glob("*/about.json")):
        model = about.parent
        files = sorted(p for p in model.rglob("*") if p.is_file() and p.suffix not in (".md",) and p != about)
        digests = {str(p.relative_to(model)): file_digest(p) for p in files}
        listed[model.name] = {**json.loads(about.read_text(encoding="utf-8")), "files": digests}
    text = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "models.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_manifest(Path(sys.argv[1]))
