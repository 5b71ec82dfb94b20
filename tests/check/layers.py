"""The house keeps its walls: who may include whom, what each folder may call, and what a file looks like.

Reads every C file below include/, rules/ and filter/ and holds it against the tables here. A new layer, third-party header
or exception is a line in a table, so that it is decided and not slipped in.

    layers.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import collections
import pathlib
import re
import sys

# folder -> folders whose headers it may include, beside its own
LAYERS = {
    "include/pare": [],
    "rules/base": ["include/pare"],
    "rules/text": ["include/pare", "rules/base"],
    "rules/crypto": ["include/pare", "rules/base"],
    "rules/detect": ["include/pare", "rules/base", "rules/text"],
    "rules/step": ["include/pare", "rules/base", "rules/text", "rules/crypto", "rules/detect"],
    "rules/policy": ["include/pare", "rules/base", "rules/text", "rules/detect", "rules/step"],
    "rules/plan": ["include/pare", "rules/base", "rules/text", "rules/crypto", "rules/detect", "rules/step",
                   "rules/policy"],
    "filter/source": ["include/pare", "rules/base"],
    "filter/record": ["include/pare", "rules/base", "filter/source"],
    "filter/sink": ["include/pare", "rules/base"],
    "filter/report": ["include/pare", "rules/base"],
    "filter/study": ["include/pare", "rules/base", "filter/source", "filter/record", "filter/report"],
    "filter/pipeline": ["include/pare", "rules/base", "filter/source", "filter/record", "filter/sink", "filter/report"],
    "filter/cmd": ["include/pare", "rules/base"],
}

# (folder, header): what else a folder may include, one header at a time
EXTRA_HEADERS = {
    ("filter/pipeline", "rules/crypto/prim.h"),  # SHA-256 of what is read and written
    ("filter/report", "rules/crypto/prim.h"),
    ("filter/study", "rules/crypto/prim.h"),     # the same, of a dataset that is verified
    ("filter/study", "filter/pipeline/input.h"), # an export, read as a run reads it
    ("filter/sink", "filter/record/batch.h"),
    ("rules/policy", "rules/crypto/prim.h"),  # lists of people: a random seed, and digests that others made
}

# third-party header (or the folder it is in, with a slash) -> the only files that may include it
THIRD_PARTY = {
    "zlib.h": ["filter/source/gunzip_zlib.c", "filter/sink/deflate_zlib.c"],  # one inflates, one deflates
    "isa-l/igzip_lib.h": ["filter/source/gunzip_isal.c", "filter/sink/deflate_isal.c"],
    "isa-l/crc.h": ["filter/sink/deflate_isal.c"],
    "libdeflate.h": ["filter/sink/deflate_libdeflate.c"],
    "csv.h": ["filter/record/libcsv.c"],
    "pcre2.h": ["rules/detect/regex.c"],
    "yaml.h": ["rules/text/yaml.c"],
    "openssl/": ["rules/crypto/prim.c"],
    "intel-ipsec-mb.h": ["rules/crypto/lanes.c"],
    "unistr.h": ["rules/step/unicode.c"],
    "unicase.h": ["rules/step/unicode.c"],
    "uninorm.h": ["rules/step/unicode.c"],
    "unictype.h": ["rules/step/unicode.c"],
}

ISO_C = ("assert ctype errno float inttypes limits math stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib "
         "string").split()
COMPILER = {"immintrin.h", "arm_neon.h"}  # vector instructions

# what the system offers -> the folders that may ask for it; rules/ is a pure function: no files, no threads, no clock
SYSTEM = {
    "filter/source": ["fcntl.h", "poll.h", "unistd.h", "sys/stat.h", "sys/mman.h"],
    "filter/sink": ["fcntl.h", "poll.h", "unistd.h", "sys/stat.h", "sys/random.h"],
    "filter/pipeline": ["pthread.h", "sched.h", "signal.h", "time.h", "unistd.h"],
    "filter/cmd": ["fcntl.h", "getopt.h", "poll.h", "signal.h", "strings.h", "time.h", "unistd.h", "sys/prctl.h",
                   "sys/random.h", "sys/resource.h", "sys/stat.h", "sys/types.h", "sys/ioctl.h", "locale.h"],
}
SYSTEM_OF_FILE = {
    "rules/base/secret.c": ["unistd.h", "sys/mman.h"],  # locked pages
    "rules/crypto/lanes.c": ["link.h", "unistd.h", "sys/mman.h"],  # the library's pages, given back
    "rules/crypto/prim.c": ["endian.h", "sys/random.h"],
    "filter/sink/temporary.c": ["dirent.h", "linux/magic.h", "sys/file.h", "sys/vfs.h"],
    "filter/cmd/sandbox.c": ["linux/audit.h", "linux/filter.h", "linux/landlock.h", "linux/seccomp.h", "sys/syscall.h"],
    "rules/detect/validator.c": ["arpa/inet.h"],        # inet_pton(): no socket
    "rules/step/ip_text.c": ["arpa/inet.h"],
    "rules/text/code.c": ["strings.h"],                 # strcasecmp() of what people type in ASCII
    "rules/policy/policy_steps.c": ["strings.h"],
}

BANNED_EVERYWHERE = "strcpy strcat sprintf vsprintf atoi atol atof strtok gmtime localtime asctime ctime gets".split()
BANNED_BELOW_CMD = ("printf vprintf fprintf vfprintf puts fputs putchar perror exit _exit quick_exit abort "
                    "getenv_s setlocale rand srand").split()
MAX_LINES = 600
PUBLIC = pathlib.Path("include/pare")

problems = []


def problem(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def without_comments_and_strings(text):
    """The code alone, line by line as it was."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def check_own_include(path, folder, line, header):
    target = "include/pare" if header.startswith("pare/") else header.rpartition("/")[0]
    if target == folder or target in LAYERS[folder] or (folder, header) in EXTRA_HEADERS:
        return
    problem(path, line, f"{folder} may not include {header}")


def check_system_include(path, folder, line, header):
    if header[:-2] in ISO_C or header in COMPILER:
        return
    if header in SYSTEM.get(folder, []) or header in SYSTEM_OF_FILE.get(str(path), []):
        return
    owners = next((files for name, files in THIRD_PARTY.items()
                   if header == name or (name.endswith("/") and header.startswith(name))), None)
    if owners is None:
        problem(path, line, f"<{header}> is in no table for {folder}")
    elif str(path) not in owners:
        problem(path, line, f"<{header}> belongs to {', '.join(owners)} alone")


def check_includes(path, folder, text):
    if folder not in LAYERS:
        problem(path, 1, f"the folder {folder} has no row in the table of layers")
        return
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if match is None:
            continue
        if match.group(1) == '"':
            check_own_include(path, folder, number, match.group(2))
        else:
            check_system_include(path, folder, number, match.group(2))


def check_calls(path, folder, text):
    banned = list(BANNED_EVERYWHERE)
    if folder != "filter/cmd":
        banned += BANNED_BELOW_CMD
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(banned) + r")\s*\(")
    for number, line in enumerate(without_comments_and_strings(text).split("\n"), 1):
        for match in pattern.finditer(line):
            problem(path, number, f"{match.group(1)}() is not used in {folder}")


def check_shape(path, text):
    n_lines = text.count("\n")
    if n_lines > MAX_LINES:
        problem(path, n_lines, f"longer than {MAX_LINES} lines: one idea per file")
    if not text.startswith("/*"):
        problem(path, 1, "a file opens with a comment that says what it knows")
    if not text.endswith("\n") or text.endswith("\n\n"):
        problem(path, n_lines, "a file ends with one line end")


def check_names(paths):
    """A name says where to look: each stands once; a source stands beside its header, or implements a public one."""
    folders = collections.defaultdict(set)
    for path in paths:
        if path.parent != PUBLIC:
            folders[path.stem].add(str(path.parent))
    for stem, where in sorted(folders.items()):
        if len(where) > 1:
            problem(sorted(where)[1], 1, f"a file called {stem} stands in {' and '.join(sorted(where))}")


def self_test():
    """The checks find what they are for, or their silence means nothing."""
    bad = '/* x */\n#include "filter/cmd/help.h"\n#include <zlib.h>\n#include <unistd.h>\n#include <foo.h>\n' \
          'int f(void) { printf("exit(1)"); strcpy(a, b); snprintf(a, 1, b); /* abort() */ return job->exit(1); }\n'
    check_includes(pathlib.Path("rules/step/bad.c"), "rules/step", bad)
    check_calls(pathlib.Path("rules/step/bad.c"), "rules/step", bad)
    check_names([pathlib.Path("rules/step/same.c"), pathlib.Path("rules/text/same.h")])
    check_shape(pathlib.Path("rules/step/bad.c"), "int x;")
    found = len(problems)
    problems.clear()
    if found != 4 + 2 + 1 + 2:
        sys.exit(f"the checks found {found} problems where there are 9")


def main():
    root = pathlib.Path(sys.argv[2])
    self_test()
    paths = sorted(path.relative_to(root) for top in ("include", "rules", "filter")
                   for path in (root / top).rglob("*.[ch]"))
    if len(paths) < 20:
        sys.exit(f"only {len(paths)} C files below {root}: is this the source folder?")
    for path in paths:
        text = (root / path).read_text(encoding="utf-8")
        folder = str(path.parent)
        check_includes(path, folder, text)
        check_calls(path, folder, text)
        check_shape(path, text)
    check_names(paths)
    print("\n".join(problems) or f"{len(paths)} files keep to the layers")
    sys.exit(1 if problems else 0)


main()
