import AdapterKit
import Model

extension Configuration {
    /// A personality's tiers: the vendor's own, and the operator's in place of the classes that the file names.
    func tiers(of personality: any Personality) -> [RateClass: [RateTier]] {
        personality.rateTiers.merging(limits[personality.id] ?? [:]) { $1 }
    }
}
