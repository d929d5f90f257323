#!/usr/bin/env bash
# What: a function that a Mutex of the standard library holds by itself, as in Mutex<(@Sendable () -> Void)?>, grows:
#   each withLock that only looks at it leaves it wrapped in one more function, and a call goes through all of them.
#   After 10,000 looks a call takes as long as 10,000 calls. In a struct of one member it stays as it was.
# Why it surprises: withLock { $0 } reads. The value is handed in place, as inout, and generic storage keeps functions
#   in another calling convention: it is converted when it goes in and converted back when it comes out, and no
#   conversion undoes the one before.
# Where it bites: observers and callbacks behind a lock, in a server that looks at one for each commit or request: what
#   is nothing in a benchmark of seconds is a fourth of a millisecond a call after ten thousand requests, and no
#   profile names a function that anybody wrote. Way round: let a struct or a final class hold the function.
# Source: Swift Evolution SE-0433 (Mutex.withLock hands the value as inout sending); the Swift compiler's notes on
#   reabstraction of function values.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v swiftc >/dev/null || { echo "needs swiftc, of a Swift 6 toolchain from swift.org, in the PATH" >&2; exit 2; }
swiftc --version 2>&1 | head -1
cat >"$work/main.swift" <<'SWIFT'
import Glibc
import Synchronization

struct Value: Sendable { let call: @Sendable () -> Void }
final class Alone: Sendable { let kept = Mutex<(@Sendable () -> Void)?>({}) }
final class Held: Sendable { let kept = Mutex<Value?>(Value(call: {})) }

@inline(never) func nanoseconds(looks: Int, _ look: () -> (@Sendable () -> Void)?) -> Double {
    for _ in 0..<looks { _ = look() }
    guard let call = look() else { return 0 }
    let took = (0..<20).map { _ in ContinuousClock().measure { for _ in 0..<50 { call() } } }.min()!
    return took / .nanoseconds(1) / 50
}
let looks = 10_000
let alone = Alone(), held = Held()
let fresh = nanoseconds(looks: 0) { alone.kept.withLock { $0 } }
let grown = nanoseconds(looks: looks) { alone.kept.withLock { $0 } }
let value = nanoseconds(looks: looks) { held.kept.withLock { $0 }?.call }
print("one call, in a fresh Mutex:", Int(fresh.rounded()), "ns")
print("one call after \(looks) looks:", Int(grown.rounded()), "ns")
print("the same, in a struct:", Int(value.rounded()), "ns")
guard grown > 100 * max(fresh, value) else {
    print("CHANGED: a look no longer wraps the function")
    exit(1)
}
SWIFT
swiftc -O "$work/main.swift" -o "$work/main"
"$work/main"
