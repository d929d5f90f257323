/// What stands behind one listener of a shard, and what counts for it.
struct Entrance {
    let service: any HTTPService
    let meter: HTTPMeter
}
