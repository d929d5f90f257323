# shellcheck shell=bash
# What the scripts beside this file share. Sourced, not run; it moves to the repository's root.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

# Debian's packages that the program links against.
# shellcheck disable=SC2034
LIBRARIES=(libsqlite3-dev libcurl4-openssl-dev libssl-dev)

say() {
    printf '==> %s\n' "$*" >&2
}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root and there is no sudo: $*"
    fi
}

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the named packages that are missing. No service of theirs is started.
install_packages() {
    local package missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing, and no apt-get to install it with: ${missing[*]}"
    say "Installing ${missing[*]}"
    as_root apt-get update -qq
    # Postfix is wanted for its test programs alone.
    echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections
    without_services as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# Unpacks packages into a folder, for Debian installs only one mail server at a time. Nothing of theirs is run.
unpack_packages() {
    local folder="$1" package missing=()
    shift
    for package in "$@"; do
        [ -e "$folder/usr/share/doc/$package" ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing, and no apt-get to get it with: ${missing[*]}"
    say "Unpacking ${missing[*]}"
    mkdir -p "$folder/archives"
    apt-cache show "${missing[@]}" >/dev/null 2>&1 || as_root apt-get update -qq
    (cd "$folder/archives" && apt-get download -qq -o APT::Sandbox::User=root "${missing[@]}" >&2)
    for package in "$folder"/archives/*.deb; do
        dpkg-deb --extract "$package" "$folder"
    done
    rm -r "$folder/archives"
}

# Runs a command while Debian's policy file forbids that packages start services. An existing policy is kept.
without_services() {
    local policy=/usr/sbin/policy-rc.d code=0
    if [ -e "$policy" ]; then
        "$@"
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    "$@" || code=$?
    as_root rm -f "$policy"
    return "$code"
}

require_swift() {
    command -v swift >/dev/null || fail "there is no swift on the PATH; install Swift 6.3 or newer from swift.org"
}

# The release binary, built if anything changed; sets POLYRELAY_BINARY.
build_release() {
    require_swift
    say "Building the release binary"
    local options=(-c release --product polyrelay --static-swift-stdlib)
    swift build "${options[@]}" >&2
    POLYRELAY_BINARY="$(swift build "${options[@]}" --show-bin-path)/polyrelay"
    export POLYRELAY_BINARY
}
