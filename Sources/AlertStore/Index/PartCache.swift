// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Parts of segments, decoded, as far as memory is granted for them.
///
/// Two generations: what is used lives in the young one; when that is full it
/// becomes the old one, and what was in the old one is forgotten.
final class PartCache: Sendable {
    struct Key: Hashable {
        /// Which partition, and which time it was opened.
        let partition: Int
        let part: Int64
    }

    enum Entry: Sendable {
        case column(SegmentColumn)
        case times(SegmentTimes)
        case directory(WordDirectory)
        /// The segment has no such part.
        case nothing

        var cost: Int {
            switch self {
            case .column(let column): column.cost
            case .times(let times): times.cost
            case .directory(let directory): directory.cost
            case .nothing: 0
            }
        }
    }

    private struct Generations {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var youngCost = 0
    }

    /// What an entry costs by itself.
    private static let overhead = 96

    private let generationBytes: Int
    private let generations = Mutex(Generations())

    /// - Parameter maximumBytes: Of both generations together.
    init(maximumBytes: Int) {
        generationBytes = maximumBytes / 2
    }

    /// A kept entry; nil when it is not here.
    func entry(_ key: Key) -> Entry? {
        generations.withLock { generations in
            if let entry = generations.young[key] { return entry }
            guard let entry = generations.old.removeValue(forKey: key) else { return nil }
            insert(entry, key, &generations)
            return entry
        }
    }

    /// Keeps an entry for a while.
    func keep(_ entry: Entry, as key: Key) {
        generations.withLock { insert(entry, key, &$0) }
    }

    private func insert(_ entry: Entry, _ key: Key, _ generations: inout Generations) {
        if generations.young.updateValue(entry, forKey: key) != nil { return }
        generations.youngCost += entry.cost + Self.overhead
        guard generations.youngCost > generationBytes else { return }
        generations.old = generations.young
        generations.young = [:]
        generations.youngCost = 0
    }
}
