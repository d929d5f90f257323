/// What a few routes say of themselves beyond what asks and answers.
extension Route {
    /// In what a route's failures are told.
    public enum Face: Sendable, Equatable {
        /// As `Personality.answer` renders them.
        case dialect
        /// As `Personality.page` does, for people. All answers of such a route have the fields of `PageGuard`. It has
        /// no idempotency rule by which answers are kept.
        case page
    }

    /// What a route that asks for no key and changes something demands in its place, so that no page elsewhere can have
    /// its visitor's browser do it.
    public enum Safeguard: Sendable, Equatable {
        /// That the request says that its body is JSON: a browser does not send that for another page without asking
        /// first (Fetch Standard, section 4.8). Else the failure is `bodyMalformed`.
        case json
        /// A secret in the request that the handler looks at: no browser has one to send along.
        case secret
    }

    /// A class, so that every route pays one word for all of it.
    package final class Traits: Sendable {
        let cors: CrossOrigin?
        let face: Face
        let description: RouteDescription?
        let safeguard: Safeguard?

        init(cors: CrossOrigin?, face: Face, description: RouteDescription?, safeguard: Safeguard?) {
            self.cors = cors
            self.face = face
            self.description = description
            self.safeguard = safeguard
        }
    }

    /// Whether pages in browsers may call it; nil: they may not.
    public var cors: CrossOrigin? { traits?.cors }

    public var face: Face { traits?.face ?? .dialect }

    /// nil: the route is not described.
    public var description: RouteDescription? { traits?.description }

    /// nil: a key is, or nothing is changed.
    public var safeguard: Safeguard? { traits?.safeguard }

    /// The route, open to pages in browsers.
    public func open(to cors: CrossOrigin) -> Route {
        with(Traits(cors: cors, face: face, description: description, safeguard: safeguard))
    }

    /// The route, with that face.
    public func showing(_ face: Face) -> Route {
        with(Traits(cors: cors, face: face, description: description, safeguard: safeguard))
    }

    /// The route, described.
    public func describes(_ description: RouteDescription) -> Route {
        with(Traits(cors: cors, face: face, description: description, safeguard: safeguard))
    }

    /// The route, which is known to be asked for by whom it is for.
    public func guarded(by safeguard: Safeguard) -> Route {
        with(Traits(cors: cors, face: face, description: description, safeguard: safeguard))
    }

    private func with(_ traits: Traits) -> Route {
        var route = self
        route.traits = traits
        return route
    }
}
