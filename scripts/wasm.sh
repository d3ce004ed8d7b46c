# Sourced by the scripts that build for wasm32, after stages.sh.
# shellcheck shell=bash

wasm_target=$target/wasm
cargo_command=(cargo)
linker=

# Chooses the compiler: rustup's with its library source, or Debian's. The standard library is
# built along: machines need no compiled one for wasm32, and the one that comes compiled uses bulk
# memory operations, which chains refuse.
choose_compiler() {
    # Building the standard library is still an unstable option of a stable compiler.
    export RUSTC_BOOTSTRAP=1
    if [ -d "$(library_source)" ]; then
        return
    fi
    if command -v rustup >/dev/null 2>&1 && timeout 300 rustup component add rust-src >&2; then
        return
    fi
    say "no library source for $(rustc --version): using Debian's compiler"
    need_package rustc-web
    need_package cargo-web
    need_package rust-web-src
    need wasm-ld lld
    export PATH=/usr/bin:$PATH
    cargo_command=(/usr/bin/cargo)
    linker="-C linker=wasm-ld -C link-arg=--allow-undefined"
}

library_source() { printf '%s/lib/rustlib/src/rust/library' "$(rustc --print sysroot)"; }

need_package() {
    [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" != "install ok installed" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing $1"
        apt_refresh
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null ||
            fail "$1 cannot be installed here: 'rustup component add rust-src' is the other way to a compiler for wasm"
    else
        fail "no compiler for wasm: run 'rustup component add rust-src', or on Debian 'sudo apt-get install rustc-web cargo-web rust-web-src lld binaryen', then run this again"
    fi
}

# wasm_cargo SUBCOMMAND ARGUMENTS…: cargo for wasm32, with the standard library built along.
wasm_cargo() {
    local subcommand=$1
    shift
    CARGO_TARGET_DIR=$wasm_target "${cargo_command[@]}" "$subcommand" --locked --quiet \
        --target wasm32-unknown-unknown -Zbuild-std=core,alloc,std,panic_abort "$@"
}
