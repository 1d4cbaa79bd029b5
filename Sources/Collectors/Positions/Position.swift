// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a position belongs to.
struct SourceKey: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        /// Named by the file's path.
        case file
        /// An engine's events, named by its endpoint.
        case dockerEvents = "docker-events"
        /// A container's log read through the engine, named by its id.
        case containerLog = "container-log"
        /// The systemd journal.
        case journal
        /// Deliveries of an agent, named by its id and the stream.
        case agent
    }

    let kind: Kind
    let name: [UInt8]
}

/// How far a source was read.
enum Position: Sendable, Hashable {
    case file(FilePosition)
    case stream(StreamPosition)
    /// The cursor of the last entry of the journal, as it names it.
    case journal(cursor: [UInt8])
    /// Everything of a stream before this sequence was delivered.
    case sequence(UInt64)
}

/// How far a file was read, and which file that was.
struct FilePosition: Sendable, Hashable {
    let identity: FileIdentity
    /// What its first bytes were, by which a file with a reused inode is told
    /// from the one that was read.
    let head: FileHead
    /// Bytes from the start; everything before was delivered.
    let offset: Int64
}

/// A file as the kernel tells it from others.
struct FileIdentity: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
}

/// A fingerprint of a file's first bytes.
struct FileHead: Sendable, Hashable {
    /// Of how many bytes at most the fingerprint is.
    static let limit = 256

    /// From 0 to ``limit``; shorter when the file was.
    let length: Int
    let hash: UInt64

    static let empty = FileHead(length: 0, hash: Fingerprint().value)
}

/// How far a stream was read, whose records bear times.
struct StreamPosition: Sendable, Hashable {
    /// Time of the last record delivered, nanoseconds since the epoch.
    let nanoseconds: Int64
    /// The records of that very nanosecond, since resuming is inclusive;
    /// one a record, so the same twice where two were alike.
    let fingerprints: [UInt64]
}

/// FNV-1a with 64 bits: to recognise bytes, not to protect them.
///
/// Source: draft-eastlake-fnv-17.
struct Fingerprint: Sendable {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    /// Goes on where another ended.
    init(value: UInt64) {
        self.value = value
    }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
    }
}
