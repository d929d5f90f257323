import Base
import Synchronization

/// The same random values in every run (SplitMix64), for `RandomSource` and for the standard library's own calls.
package final class SeededRandom: RandomSource, RandomNumberGenerator {
    private let state: Mutex<UInt64>

    package init(seed: UInt64) { state = Mutex(seed) }

    package func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) } }

    package func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    package func int(in range: Range<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

    /// True once in `times` on average.
    package func once(in times: Int) -> Bool { int(in: 0..<times) == 0 }

    package func element<Element>(of elements: [Element]) -> Element { elements[int(in: 0..<elements.count)] }
}
