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

    /// A class, so that every route pays one word for all of it.
    package final class Traits: Sendable {
        let cors: CrossOrigin?
        let face: Face
        let description: RouteDescription?

        init(cors: CrossOrigin?, face: Face, description: RouteDescription?) {
            self.cors = cors
            self.face = face
            self.description = description
        }
    }

    /// Whether pages in browsers may call it; nil: they may not.
    public var cors: CrossOrigin? { traits?.cors }

    public var face: Face { traits?.face ?? .dialect }

    /// nil: the route is not described.
    public var description: RouteDescription? { traits?.description }

    /// The route, open to pages in browsers.
    public func open(to cors: CrossOrigin) -> Route {
        with(Traits(cors: cors, face: face, description: description))
    }

    /// The route, with that face.
    public func showing(_ face: Face) -> Route { with(Traits(cors: cors, face: face, description: description)) }

    /// The route, described.
    public func describes(_ description: RouteDescription) -> Route {
        with(Traits(cors: cors, face: face, description: description))
    }

    private func with(_ traits: Traits) -> Route {
        var route = self
        route.traits = traits
        return route
    }
}
