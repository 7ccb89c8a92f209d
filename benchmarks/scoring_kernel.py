"""How many pairs a second the scoring kernel does, beside a plain loop over pairs.

Run with ``OPENBLAS_NUM_THREADS=1`` for the figures of one core.
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from blacklight_matching.scoring import (
    CandidateFeatures,
    JobFeatures,
    Places,
    QuantizedVectors,
    Ragged,
    SkillDemands,
    score_block,
)
from blacklight_matching.scoring.ragged import offsets
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.matching.geodesy import EARTH_RADIUS_KM

SEED = 20250630
DIMENSION = 384
SKILLS = 600
SKILLS_PER_ROLE = 120
CITIES = 3000
SAMPLE_PAIRS = 20_000


@dataclass(frozen=True)
class World:
    """What the synthetic labour market is drawn from.

    Attributes:
        roles: Number of roles; a role has skills of its own, the most common first.
        skills: int32[roles, SKILLS_PER_ROLE].
        cities: Places of the cities.
        topics: float32[roles, DIMENSION], the direction texts of a role scatter around.
    """

    roles: int
    skills: np.ndarray
    cities: Places
    topics: np.ndarray

    @classmethod
    def draw(cls, random: np.random.Generator, roles: int) -> "World":
        """Draw a labour market with so many roles."""
        region = random.integers(0, 50, CITIES)
        return cls(
            roles=roles,
            skills=np.stack(
                [random.permutation(SKILLS)[:SKILLS_PER_ROLE] for _ in range(roles)]
            ).astype(np.int32),
            cities=Places(
                country=np.full(CITIES, 538, np.int16),
                region=region.astype(np.int32),
                city=np.arange(CITIES, dtype=np.int32),
                latitude=(32 + region // 10 * 3 + random.normal(0, 0.7, CITIES)).astype(np.float32),
                longitude=(-120 + region % 10 * 5 + random.normal(0, 0.7, CITIES)).astype(
                    np.float32
                ),
            ),
            topics=random.normal(size=(roles, DIMENSION)).astype(np.float32),
        )

    def skill_lists(
        self, random: np.random.Generator, roles: np.ndarray, average: int
    ) -> list[np.ndarray]:
        """Skills of people or postings, common ones more often."""
        counts = np.maximum(random.poisson(average, roles.size), 1)
        return [
            np.unique(self.skills[role, random.geometric(0.06, count) % SKILLS_PER_ROLE])
            for role, count in zip(roles, counts, strict=True)
        ]

    def embeddings(self, random: np.random.Generator, roles: np.ndarray) -> QuantizedVectors:
        """Texts that scatter around their role's topic."""
        codes = np.empty((roles.size, DIMENSION), np.int8)
        for start in range(0, roles.size, 50_000):
            some = roles[start : start + 50_000]
            noise = random.standard_normal((some.size, DIMENSION), np.float32)
            codes[start : start + some.size] = QuantizedVectors.quantize(
                self.topics[some] + noise
            ).codes
        return QuantizedVectors(codes)


def draw_jobs(random: np.random.Generator, world: World, n: int) -> JobFeatures:
    """Draw postings; a third lists pay, a quarter is remote, most ask for years."""
    roles = random.integers(0, world.roles, n)
    skills = world.skill_lists(random, roles, 9)
    ids = np.concatenate(skills)
    lengths = np.array([len(row) for row in skills], np.int64)
    rows = np.repeat(np.arange(n), lengths)
    importance = random.choice(np.array([1, 2], np.uint8), ids.size, p=(0.4, 0.6))
    order = np.lexsort((ids, -importance.astype(np.int8), rows))
    low = np.where(random.random(n) < 0.8, random.integers(0, 9, n), np.nan)
    top = np.where(random.random(n) < 0.35, random.integers(60, 240, n) * 1000.0, np.nan)
    return JobFeatures(
        ids=np.arange(n),
        role_ids=roles,
        skills=SkillDemands(offsets(lengths), ids[order], importance[order]),
        min_years=low.astype(np.float32),
        max_years=np.where(random.random(n) < 0.4, low + 4, np.nan).astype(np.float32),
        places=world.cities[random.zipf(1.3, n) % CITIES],
        work_mode=random.choice(np.array([0, 1, 2, 3], np.uint8), n, p=(0.3, 0.25, 0.2, 0.25)),
        salary_min_usd_year=(top * 0.75).astype(np.float32),
        salary_max_usd_year=top.astype(np.float32),
        embeddings=world.embeddings(random, roles),
    )


def draw_candidates(
    random: np.random.Generator, world: World, n: int, roles_each: int
) -> CandidateFeatures:
    """Draw candidates; half name an expectation."""
    roles = random.integers(0, world.roles, n)
    more = [np.unique((role + np.arange(roles_each)) % world.roles) for role in roles]
    skills = world.skill_lists(random, roles, 14)
    wants = np.where(random.random(n) < 0.5, random.integers(50, 200, n) * 1000.0, np.nan)
    return CandidateFeatures(
        ids=np.arange(n),
        roles=Ragged.from_lists([row.tolist() for row in more], np.int64),
        skills=Ragged.from_lists([row.tolist() for row in skills]),
        years_experience=random.gamma(3, 2.5, n).astype(np.float32),
        places=world.cities[random.zipf(1.3, n) % CITIES],
        accepted_modes=np.zeros(n, np.uint8),
        relocates=random.random(n) < 0.2,
        salary_expected_usd_year=wants.astype(np.float32),
        embeddings=world.embeddings(random, roles),
    )


def plain_score(
    candidates: CandidateFeatures, jobs: JobFeatures, c: int, j: int, config: MatchingConfig
) -> float:
    """Score one pair the straightforward way; what is compared is the same, rounding is not."""
    weights = config.weights
    earned = counting = 0.0
    asked = set(jobs.skills.lists.row(j).tolist())
    if asked:
        has = set(candidates.skills.row(c).tolist())
        counting += weights.skills
        earned += weights.skills * 100 * len(asked & has) / len(asked)
    low, years = float(jobs.min_years[j]), float(candidates.years_experience[c])
    if not math.isnan(low):
        counting += weights.experience
        earned += weights.experience * 100 * min((years + 1) / (low + 1), 1) ** 2
    counting += weights.location
    earned += weights.location * _plain_location(candidates.places, jobs.places, c, j)
    top, wants = float(jobs.salary_max_usd_year[j]), float(candidates.salary_expected_usd_year[c])
    if not math.isnan(top) and not math.isnan(wants):
        counting += weights.salary
        earned += weights.salary * 100 * min(max(1 - (wants / top - 1) / 0.5, 0), 1)
    left, right = candidates.embeddings.codes[c].tolist(), jobs.embeddings.codes[j].tolist()
    dot = sum(a * b for a, b in zip(left, right, strict=True))
    cosine = dot / math.sqrt(sum(a * a for a in left) * sum(b * b for b in right))
    counting += weights.semantic
    span = config.semantic.same_cosine - config.semantic.unrelated_cosine
    similar = (cosine - config.semantic.unrelated_cosine) / span
    earned += weights.semantic * 100 * min(max(similar, 0), 1)
    return float(earned / counting)


def _plain_location(home: Places, site: Places, c: int, j: int) -> float:
    lat_a, lat_b = math.radians(home.latitude[c]), math.radians(site.latitude[j])
    half_lon = math.radians(home.longitude[c] - site.longitude[j]) / 2
    chord = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    )
    distance_km = 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(chord, 1)))
    shared = 50.0 if home.region[c] == site.region[j] else 25.0
    return max(shared, 100 * min(max(1 - (distance_km - 30) / 90, 0), 1))


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The best of a few runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(name: str, candidates: CandidateFeatures, jobs: JobFeatures) -> None:
    """Time the kernel on a block and the plain loop on a sample of its pairs."""
    config = MatchingConfig()
    start = time.perf_counter()
    kept = score_block(candidates, jobs, config)
    first = time.perf_counter() - start
    warm = seconds(lambda: score_block(candidates, jobs, config))
    seekers, openings = candidates.rows_by_role, jobs.rows_by_role
    eligible = sum(
        len(seekers.rows.row(a)) * len(openings.rows.row(b))
        for a, b in zip(
            *np.intersect1d(seekers.roles, openings.roles, return_indices=True)[1:], strict=True
        )
    )
    random = np.random.default_rng(SEED)
    sample = list(
        zip(
            random.integers(0, len(candidates), SAMPLE_PAIRS).tolist(),
            random.integers(0, len(jobs), SAMPLE_PAIRS).tolist(),
            strict=True,
        )
    )
    plain = seconds(
        lambda: [plain_score(candidates, jobs, c, j, config) for c, j in sample[:2000]], repeats=1
    )
    plain_rate = 2000 / plain
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:<34} {len(candidates):>7,} × {len(jobs):>9,} {eligible:>11,} {len(kept):>9,} "
        f"{first:>7.2f} {warm:>7.3f} {eligible / warm:>13,.0f} {plain_rate:>9,.0f} "
        f"{eligible / warm / plain_rate:>8,.0f} {peak_mb:>8,}"
    )


def main() -> None:
    """Print a table of the shapes that matter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000, help="postings of the large shape")
    size = parser.parse_args().jobs
    random = np.random.default_rng(SEED)
    print(f"numpy {np.__version__}, python {sys.version.split()[0]}, seed {SEED}")
    print(
        f"{'shape':<34} {'candidates × postings':>19} {'eligible':>11} {'kept':>9} {'cold s':>7} "
        f"{'warm s':>7} {'pairs/s':>13} {'plain/s':>9} {'times':>8} {'peak MB':>8}"
    )
    one_role, many_roles = World.draw(random, 1), World.draw(random, 200)
    candidates = draw_candidates(random, one_role, 10_000, 1)
    measure("import, all eligible", candidates, draw_jobs(random, one_role, 1_000))
    candidates = draw_candidates(random, many_roles, 10_000, 3)
    measure("import, 200 roles, 3 each", candidates, draw_jobs(random, many_roles, 1_000))
    jobs = draw_jobs(random, one_role, size)
    measure("one candidate, all eligible", draw_candidates(random, one_role, 1, 1), jobs)
    jobs = draw_jobs(random, many_roles, size)
    measure("one candidate, 3 of 200 roles", draw_candidates(random, many_roles, 1, 3), jobs)


if __name__ == "__main__":
    main()
