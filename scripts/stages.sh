# Sourced by the other scripts: where we are, where builds go, and timed stages.
# shellcheck shell=bash

set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repo"
target=${CARGO_TARGET_DIR:-$repo/target}
stage_report=()

say() { printf '\n== %s\n' "$*" >&2; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# stage NAME COMMAND...: runs it, prints how long it took, stops at the first failure.
stage() {
    local name=$1 started=$SECONDS status
    shift
    say "$name"
    # Not as a condition: bash would then go on after a failing command inside a function.
    set +e
    (set -e && "$@")
    status=$?
    set -e
    if [ "$status" != 0 ]; then
        print_stages
        fail "stage '$name' failed after $((SECONDS - started)) s"
    fi
    stage_report+=("$(printf '%5d s  %s' $((SECONDS - started)) "$name")")
    printf '== %s: %d s\n' "$name" $((SECONDS - started)) >&2
}

print_stages() {
    say "stages"
    [ ${#stage_report[@]} -eq 0 ] || printf '%s\n' "${stage_report[@]}" >&2
    printf '%5d s  in all\n' "$SECONDS" >&2
}

# need COMMAND DEBIAN-PACKAGE: installs the package where we may, else says what to do.
need() {
    local command=$1 package=$2
    command -v "$command" >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing $package (for $command)"
        apt_refresh
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    else
        fail "$command is missing: install it with 'sudo apt-get install $package', then run this again"
    fi
}

apt_refreshed=
apt_refresh() {
    [ -n "$apt_refreshed" ] || apt-get update -qq >/dev/null
    apt_refreshed=yes
}

need_rust() {
    command -v cargo >/dev/null 2>&1 ||
        fail "cargo is missing: install Rust 1.95 or newer (rustup is the usual way), then run this again"
    local version
    version=$(rustc --version | awk '{print $2}')
    printf '1.95.0\n%s\n' "${version%%-*}" | sort -CV ||
        fail "Rust $version is too old: 1.95 is the least, 'rustup update stable' brings a newer one"
    need cc build-essential
    need ld.lld lld
}

# Builds the programs and leaves them in target/release, whatever target folder is in use.
programs=(nyxlet nym-api nym-cli localnet contracts-check engines)
build_programs() {
    # Together with the tests: another selection of packages or features would compile the
    # contract engine once more. Without --bins a program that has no tests of its own is left out.
    cargo build --release --locked --workspace --bins --tests || return 1
    if [ "$target" != "$repo/target" ]; then
        mkdir -p "$repo/target/release"
        for program in "${programs[@]}"; do
            cp -u "$target/release/$program" "$repo/target/release/$program"
        done
    fi
}
