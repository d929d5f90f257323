extension MailDomain {
    /// The selectors under which a personality's customers publish this domain's keys: its owner's own choice, else the
    /// personality's.
    public func selectors(_ standard: DKIMSelectors, of personality: PersonalityID) -> DKIMSelectors {
        guard let own = options.selectors[personality] else { return standard }
        return DKIMSelectors(
            rsa: own, ed25519: standard.ed25519, secondRSA: "\(own)2", secondEd25519: standard.secondEd25519)
    }
}
