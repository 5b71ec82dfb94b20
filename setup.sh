#!/usr/bin/env bash
# From a fresh clone on a bare Debian 12 to a result, in one command:
#
#   ./setup.sh demo   install what is missing, build, minimize the example export and show what happened
#   ./setup.sh test   install what is missing, build, run all tests
#   ./setup.sh deps   only install what building and testing need, and what is named behind it (Debian packages; sudo
#                     where not root)
#
# Nothing outside build/ is written.
set -euo pipefail
cd "$(dirname "$0")"

build_packages=(build-essential cmake ninja-build pkg-config python3 zlib1g-dev libpcre2-dev libyaml-dev libcsv-dev
    libssl-dev libunistring-dev libisal-dev libdeflate-dev libcmocka-dev)
if [ "$(dpkg --print-architecture)" = amd64 ]; then
    build_packages+=(libipsec-mb-dev) # many tokens at once; x86-64 only
fi
test_packages=(groff-base strace)
JOBS=${JOBS:-$(nproc)}

say() { printf '\n== %s\n' "$*"; }

install_missing() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    say "installing ${missing[*]}"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

build() { # PRESET [TARGET]
    say "building ($1)"
    cmake --preset "$1" >"build-$1.log" 2>&1 || { cat "build-$1.log"; rm -f "build-$1.log"; return 1; }
    rm -f "build-$1.log"
    cmake --build --preset "$1" -j "$JOBS" ${2:+--target "$2"}
}

demo() {
    install_missing "${build_packages[@]}"
    build release pare
    local pare=build/release/pare out=build/demo
    local as_of=2026-06-30 # the day the example was made for: the result is the same on every day
    rm -rf "$out"
    mkdir -p "$out"

    say "what goes in: fixtures/crm-export.csv.gz (invented people)"
    gzip -dc fixtures/crm-export.csv.gz | sed -n 1,3p
    say "the policy's own review"
    "$pare" check -p fixtures/crm-policy.yaml
    say "minimizing: what came out, and what was held back"
    "$pare" keygen --quiet "$out/demo.key"
    "$pare" run -p fixtures/crm-policy.yaml --key-file "$out/demo.key" --as-of "$as_of" \
        -o "$out/recommendations.csv.gz" fixtures/crm-export.csv.gz
    say "the dataset: $out/recommendations.csv.gz"
    gzip -dc "$out/recommendations.csv.gz" | sed -n 1,6p
    printf '\nThe manifest, %s,\nholds these figures field by field, with the digests of input, policy and output.\n' \
        "$out/recommendations.csv.gz.datapackage.json"
}

run_tests() {
    install_missing "${build_packages[@]}" "${test_packages[@]}"
    build release
    say "testing"
    ctest --preset release -j "$JOBS"
}

case "${1:-demo}" in
demo) demo ;;
test) run_tests ;;
deps) shift; install_missing "${build_packages[@]}" "${test_packages[@]}" "$@" ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
