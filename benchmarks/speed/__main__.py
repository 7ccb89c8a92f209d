"""``python -m benchmarks.speed``: measure everything, print the table, keep it as JSON."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

# Before NumPy is loaded: the limits have one core, as the worker that they are compared with.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.features.loading import VectorSpace

from benchmarks.speed import (
    generate_candidate_matches,
    import_endpoint,
    inbox_sync,
    match_jobs_to_candidates,
)
from benchmarks.speed.report import Figure, machine, table, version, write_results
from benchmarks.speed.system import Installation, installation

RESULTS = Path(__file__).parent.parent / "results.json"

Benchmark = Callable[[Installation, VectorSpace, bool], list[Figure]]

BENCHMARKS: dict[str, Benchmark] = {
    "match-jobs-to-candidates": lambda system, space, small: match_jobs_to_candidates.measure(
        system,
        match_jobs_to_candidates.Sizes(jobs=40, candidates=200, sample=50, repeats=1)
        if small
        else match_jobs_to_candidates.Sizes(),
        space,
    ),
    "generate-candidate-matches": lambda system, space, small: generate_candidate_matches.measure(
        system,
        generate_candidate_matches.Sizes(
            jobs=(6_000, 12_000), sample=50, index_up_to=6_000, rounds=2
        )
        if small
        else generate_candidate_matches.Sizes(),
        space,
    ),
    "import-endpoint": lambda system, _space, small: import_endpoint.measure(
        system,
        import_endpoint.Sizes(rows=1_000, smaller=500) if small else import_endpoint.Sizes(),
    ),
    "inbox-sync": lambda system, _space, small: inbox_sync.measure(
        system, inbox_sync.Sizes(inboxes=2, mails=10) if small else inbox_sync.Sizes()
    ),
}

PARTS: dict[str, Benchmark] = {
    "generate-candidate-matches-100k": lambda system, space, _small: (
        generate_candidate_matches.measure(
            system, generate_candidate_matches.Sizes(jobs=(100_000,)), space
        )
    ),
}
"""What is measured with the others too, and takes less time alone."""


def main() -> None:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--small", action="store_true", help="tiny sizes, to try the benchmarks")
    parser.add_argument("--only", choices=sorted(BENCHMARKS | PARTS), help="one of them")
    parser.add_argument("--output", type=Path, help="where the JSON goes")
    options = parser.parse_args()
    # What was started ends with this process, also when that is told to end.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit("terminated"))
    output = options.output
    if output is None and not options.small:
        output = RESULTS

    load = os.getloadavg()[0]
    space = VectorSpace.of(MiniLmProvider())
    figures: list[Figure] = []
    with installation() as system:
        for name in [options.only] if options.only else BENCHMARKS:
            started = time.perf_counter()
            print(f"{name} …", file=sys.stderr, flush=True)
            figures += (BENCHMARKS | PARTS)[name](system, space, options.small)
            seconds = time.perf_counter() - started
            print(f"{name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    print(f"{machine()}; load average {load:.1f} at the start", end="\n\n")
    print(table(figures))
    if output is not None:
        write_results(figures, output, version=version(), load=load)


if __name__ == "__main__":
    main()
