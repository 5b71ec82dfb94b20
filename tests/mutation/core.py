"""The core that decides and commits: which files, and which programs test them."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

PLAN = ["unit_plan_worker", "unit_plan_released", "unit_plan_refuse", "unit_plan_columns", "unit_plan_faults", "unit_plan_model"]
OUTPUT = ["unit_sink_output", "unit_sink_output_faults"]
TEMPORARY = ["unit_sink_temporary_faults", "unit_sink_output_faults", "unit_sink_temporary"]
GUNZIP = ["unit_source_gunzip_faults"]

# file -> its programs, the quick ones first
CORE = {
    "rules/plan/gate.c": PLAN,
    "rules/plan/gate_rolls.c": PLAN,
    "rules/plan/worker.c": PLAN,
    "rules/plan/worker_column.c": PLAN,
    "rules/plan/worker_refuse.c": PLAN,
    "rules/plan/worker_scan.c": PLAN,
    "rules/plan/worker_formula.c": PLAN,
    "rules/plan/worker_token.c": PLAN,
    "rules/plan/gate_purposes.c": PLAN,
    "rules/plan/tally.c": PLAN,
    "filter/sink/output.c": OUTPUT,
    "filter/sink/temporary.c": TEMPORARY,
    "filter/sink/same_file.c": OUTPUT,
    "filter/source/gunzip.c": GUNZIP,
    "filter/source/gunzip_zlib.c": GUNZIP,
    "filter/source/gunzip_isal.c": GUNZIP,
}


def programs():
    return sorted({program for names in CORE.values() for program in names})


def read_list(name):
    """The lines of a list beside this file: fields parted by ` | `, comments and blank lines left out."""
    lines = (pathlib.Path(__file__).parent / name).read_text().splitlines()
    return [[field.strip() for field in line.split(" | ")] for line in lines if line.strip() and not line.startswith("#")]
