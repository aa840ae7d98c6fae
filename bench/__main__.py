"""Run all benchmarks, or those named on the command line, on servers and a database of their own.

    python -m bench [NAME ...]

A line each: what was measured, both times, their ratio, the limit that the ratio should keep, and whether it does.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="dyad-bench-"))
    folder.chmod(0o711)
    (folder / "static").mkdir()
    from config import embedded

    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with embedded.running(folder):
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            from bench import coder, desk, feeds, measure, pages, scale
            from relations.models.loading import load_codebook

            load_codebook()

            # The coder's first: they tell the memory that the process took until then.
            benchmarks = {**coder.BENCHMARKS, **measure.BENCHMARKS, **feeds.BENCHMARKS, **pages.BENCHMARKS}
            benchmarks |= {**desk.BENCHMARKS, **scale.BENCHMARKS}
            chosen = sys.argv[1:] or list(benchmarks)
            if unknown := set(chosen) - set(benchmarks):
                print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(benchmarks)}.")
                return 2
            results: list[measure.Result] = []
            for name in chosen:
                found = benchmarks[name]()
                for result in found if isinstance(found, list) else [found]:
                    print(result, flush=True)
                    results.append(result)
            return 0 if all(result.kept for result in results) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
