/// The open connections of a shard, by descriptor. A value; its owner opens and closes.
public struct ConnectionTable<Connection: ServedConnection> {
    /// With gaps.
    public private(set) var places: [Connection?] = []
    private var nextGeneration: UInt64 = 1
    public private(set) var count = 0

    public init() {}

    /// The name of the next connection, which has this descriptor. No two are the same.
    public mutating func makeID(_ descriptor: Int32) -> ConnectionID {
        defer { nextGeneration += 1 }
        return ConnectionID(descriptor: descriptor, generation: nextGeneration)
    }

    public mutating func insert(_ connection: Connection) {
        let index = Int(connection.link.id.descriptor)
        while places.count <= index { places.append(nil) }
        if places[index] == nil { count += 1 }
        places[index] = connection
    }

    /// nil: it has gone, whoever has its descriptor now.
    public subscript(id: ConnectionID) -> Connection? {
        let index = Int(id.descriptor)
        guard index < places.count, let connection = places[index], connection.link.id.generation == id.generation
        else { return nil }
        return connection
    }

    public func contains(_ connection: Connection) -> Bool { self[connection.link.id] === connection }

    public mutating func remove(_ connection: Connection) {
        guard contains(connection) else { return }
        places[Int(connection.link.id.descriptor)] = nil
        count -= 1
    }
}
