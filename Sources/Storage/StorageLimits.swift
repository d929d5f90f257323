/// The limits of the SQLite store, with their units.
package enum StorageLimits {
    /// Units of work that may wait for the writer; more are refused as `overloaded`.
    static let writerQueue = 10_000
    /// Units of work that one transaction carries at most. Beyond that a commit only gets longer, not cheaper.
    static let unitsPerTransaction = 1024
    /// So many units in one taking say that more are on their way.
    static let unitsThatTellOfMore = 12
    /// How long the writer then rests before the next transaction.
    static let gatheringPause: Duration = .microseconds(300)
    /// Messages that the table of totals may be behind.
    static let uncountedMessages = 1024
    /// Numbers that are kept back at once: each block costs one small write, and each start skips what is left of one.
    static let rowNumbersPerBlock: Int64 = 65_536
    /// Relays' ids have eight characters, so their numbers are dearer.
    static let relayNumbersPerBlock: Int64 = 1024
    /// Bytes of texts and attachments above which they go to a file of their own: larger rows would push everything
    /// else through the log twice.
    static let inlineBodyBytes = 256 * 1024
    /// Bytes of one content file at most: 25 MB of attachments decoded, and the texts.
    static let contentFileBytes = 128 * 1024 * 1024
    /// Messages to the operator that nobody has read; beyond that senders are told to come back.
    static let unreadOperatorMessages = 500
    /// How long before its time a message may have been accepted that is still looked for when a period is counted.
    static let scheduledAhead: Duration = .seconds(100 * 24 * 3600)
    /// Threads for content files, for lists that an index serves, and for lists that look at row after row; each kind
    /// waits for its own alone.
    static let contentThreads = 2
    static let listThreads = 2
    static let scanThreads = 2
    /// Jobs of each kind that may be under way or wait; more are refused as `overloaded`.
    static let backgroundQueue = 1000
    /// Scans of one account that may wait for the one that is under way, and how long one may take with its waiting.
    static let scansWaiting = 4
    static let scanDuration: Duration = .seconds(10)
    /// Connections for reading that are kept open.
    static let idleReaders = 8
    /// Rows that a filtered list may look at before it is cut off: bounds one caller's use of the disk.
    static let rowsPerFilteredList = 1_000_000
    /// Rows of it that are read at a time.
    static let rowsPerFilteredRead = 1000
    /// Messages of one segment of the lists' index (`ListBitmap.places`).
    package static let messagesPerListSegment = 32_768
    /// Messages, and events, that the lists' index takes in at a time.
    static let listMessagesPerSlice = 512
    static let listEventsPerSlice = 2000
    /// How long it waits for more after what it has taken in.
    static let listGatheringPause: Duration = .milliseconds(20)
    /// How long it rests before it looks whether to go on, and how often before it tries again after it could not be
    /// written or read.
    static let listPause: Duration = .milliseconds(100)
    static let listRetryPauses = 100
    /// Segments whose numbers and times a reader keeps: half a MiB each.
    static let listSegmentsRead = 3
    /// Beside traffic it takes this part of the machine at most: of two processors a fourth of one; and where commits
    /// gather so many units on the average, so that every processor is wanted, a hundredth of one.
    static let listShareBesideTraffic = 8
    static let listShareBesideBusy = 200
    static let unitsOfBusyCommit = 4
    /// How long it rests at most beside traffic.
    static let listRestMax: Duration = .seconds(10)
    /// Messages that the index may be behind for a list to be answered among those that an index serves.
    static let listRowsBehind = 1000
    /// How long such a list may take before it goes on as one that looks at row after row.
    static let indexedDuration: Duration = .milliseconds(200)
    /// Owners whose messages a list of everybody's is put together from.
    static let ownersUnited = 64
    /// Removals that stay noted once the index has them.
    static let listRemovalsKept: Int64 = 10_000
    /// Slices in a row that make a filling worth telling of, and after how many messages it is told of again.
    static let listSlicesToldOf = 20
    static let listMessagesToldOf: Int64 = 1_000_000
    /// How long a client is told to wait when the writer's queue is full, in seconds.
    static let retryAfterSeconds = 1
    /// How long a message that ends by its caller's word and is not finished is let be.
    static let messageEndRest: Duration = .seconds(10)
}
