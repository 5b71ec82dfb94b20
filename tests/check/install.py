"""What is installed works where it stands, also after the tree was moved: the program, and the library through pkg-config.

    install.py PARE_BINARY SOURCE_DIR BUILD_DIR
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
PROGRAM = r"""
#include <pare/pare.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    static const char text[] = "pare: 2\n";
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_key *key = NULL;
    pare_error err;
    char fingerprint[PARE_FINGERPRINT_CHARS + 1];
    pare_span document = {(const unsigned char *)text, strlen(text)};
    if (pare_policy_load(document, "policy", NULL, &policy, &findings, &err) != PARE_E_POLICY) {
        return 1;
    }
    if (pare_key_new_published_test_key(&key, &err) != PARE_OK || pare_key_fingerprint(key, fingerprint, &err) != PARE_OK) {
        return 2;
    }
    printf("%d %d\n", pare_findings_errors(findings) > 0, (int)strlen(fingerprint));
    pare_findings_free(findings);
    pare_key_free(key);
    return 0;
}
"""


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def main():
    build = pathlib.Path(sys.argv[3])
    cache = (build / "CMakeCache.txt").read_text()
    if "PARE_SANITIZE:STRING=\n" not in cache or "PARE_COVERAGE:BOOL=ON" in cache:
        print("an instrumented library does not link without its instruments")
        sys.exit(SKIPPED)
    if shutil.which("pkg-config") is None or shutil.which("cc") is None:
        print("needs pkg-config and cc")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)
        run("cmake", "--install", build, "--prefix", top / "first")
        prefix = (top / "first").rename(top / "moved")
        version = run(prefix / "bin" / "pare", "--version").split()
        assert version[:1] == ["pare"], version
        assert (prefix / "share/man/man1/pare.1").read_text().lstrip().startswith((".", "'"))
        json.loads((prefix / "share/pare/pare-policy.schema.json").read_text())
        for file in ("bash-completion/completions/pare", "zsh/site-functions/_pare", "fish/vendor_completions.d/pare.fish"):
            assert "pare" in (prefix / "share" / file).read_text(), file
        pc = next(prefix.rglob("pare.pc"))
        flags = run("pkg-config", f"--define-variable=prefix={prefix}", "--cflags", "--libs", str(pc)).split()
        (top / "use.c").write_text(PROGRAM)
        run("cc", "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-o", top / "use", top / "use.c", *flags)
        assert run(top / "use") == "1 16\n"
    print("installed, moved, and used through pkg-config")


main()
