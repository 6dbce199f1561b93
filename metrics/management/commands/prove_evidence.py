"""Proves the promises of the evidence engine on this machine: simulates, measures, and prints what was kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from metrics.evidence import ENGINE_VERSION
from metrics.evidence.proof import SCENARIOS, Scenario, Verdict, chunks_of, lines_of, prove

RUNS, QUICK_RUNS = 1_000, 40
LEGEND = (
    "naive z: the usual test at 5 %, repeated at every look.  unit leg: this engine without the noise between periods.",
    "±: one standard error.  BROKEN: chance alone would look so bad in less than 1 of 1,000 proofs of a promise kept.",
)


class Command(BaseCommand):
    help = "Measures by simulation what the evidence engine promises. Ends with 1 when a promise is broken."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help=f"{QUICK_RUNS} runs: rough, in seconds")
        parser.add_argument(
            "--runs", type=int, help=f"runs of each scenario, {RUNS} when left out; portfolios get less"
        )
        parser.add_argument("--seed", type=int, default=1, help="of the random numbers, 1 when left out")
        parser.add_argument("--only", nargs="+", metavar="SCENARIO", help="names from the first column of the table")

    def handle(
        self, *args: Any, quick: bool, runs: int | None, seed: int, only: list[str] | None, **options: Any
    ) -> None:
        chosen = _chosen(only)
        runs = (QUICK_RUNS if quick else RUNS) if runs is None else runs
        if runs < 1 or seed < 0:
            raise CommandError("There is at least one run, and a seed is not negative.")
        verdicts = list(_measured(chosen, runs, seed))
        self.stdout.write(f"Evidence engine {ENGINE_VERSION}, seed {seed}, up to {runs:,} runs of each scenario.")
        self.stdout.write("\n".join([*lines_of(verdicts), "", *LEGEND, ""]))
        self._conclude(verdicts)

    def _conclude(self, verdicts: list[Verdict]) -> None:
        broken = [verdict.scenario.name for verdict in verdicts if not verdict.kept]
        if broken:
            raise CommandError(f"BROKEN, {len(broken)} of {len(verdicts)} promises: {', '.join(broken)}.")
        self.stdout.write(self.style.SUCCESS(f"Kept: all {len(verdicts)} promises."))


def _chosen(only: list[str] | None) -> list[Scenario]:
    known = {scenario.name: scenario for scenario in SCENARIOS}
    if unknown := [name for name in only or () if name not in known]:
        raise CommandError(f"There is no scenario {', '.join(unknown)}; there are {', '.join(known)}.")
    return [scenario for name, scenario in known.items() if not only or name in only]


def _measured(scenarios: list[Scenario], runs: int, seed: int) -> list[Verdict]:
    """Verdicts, with a bar of progress where somebody watches the error stream."""
    steps = sum(len(chunks_of(scenario, runs)) + 1 for scenario in scenarios)
    bar = tqdm(prove(scenarios, runs, seed), total=steps, disable=None, leave=False, unit="chunk")
    return [verdict for verdict in bar if verdict is not None]
