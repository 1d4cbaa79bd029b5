// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset

/// Tells of most detections, by one look over an event's texts, that they cannot
/// hold.
///
/// A detection that needs one of some texts is tried only for events in which
/// three bytes in a row of such a text occur. A look never changes an answer.
struct SigmaPrefilter: Sendable {
    /// Three bytes and the detections that wait for them.
    private struct Entry: Sendable {
        let gram: UInt32
        var detections: [Int]
        /// The next entry of the same place; -1 for none.
        let next: Int
        var seen = 0
    }

    private var entries: [Entry] = []
    /// By hash: the first entry; -1 for none.
    private var heads = [Int](repeating: -1, count: placeCount)
    /// By hash: whether there is an entry.
    private var places = [UInt64](repeating: 0, count: placeCount / 64)
    /// By detection: the last event in which its bytes occurred.
    private var marks: [Int] = []
    /// By detection: whether it is tried for every event.
    private var isFree: [Bool] = []

    private static let placeCount = 1 << 14

    /// Adds the next detection; `need` is nil when nothing is known of it.
    mutating func add(_ need: SigmaNeed?) {
        let detection = isFree.count
        isFree.append(need == nil)
        marks.append(0)
        for gram in need?.grams ?? [] { add(gram, detection) }
    }

    private mutating func add(_ gram: UInt32, _ detection: Int) {
        let place = Self.place(of: gram)
        var index = heads[place]
        while index >= 0, entries[index].gram != gram { index = entries[index].next }
        if index >= 0 {
            entries[index].detections.append(detection)
            return
        }
        entries.append(Entry(gram: gram, detections: [detection], next: heads[place]))
        heads[place] = entries.count - 1
        places[place >> 6] |= 1 << UInt64(place & 63)
    }

    @inline(__always)
    private static func place(of gram: UInt32) -> Int {
        Int((gram &* 0x9E37_79B1) >> 18)
    }

    /// Looks over a text of an event; events are numbered upwards from 1.
    mutating func look(at text: Span<UInt8>, of event: Int) {
        guard text.count > 2 else { return }
        var gram = UInt32(ByteCompare.lowered(text[0])) << 8 | UInt32(ByteCompare.lowered(text[1]))
        for index in 2..<text.count {
            gram = gram << 8 & 0xFF_FFFF | UInt32(ByteCompare.lowered(text[index]))
            let place = Self.place(of: gram)
            if places[place >> 6] >> UInt64(place & 63) & 1 == 1 { mark(gram, place, event) }
        }
    }

    private mutating func mark(_ gram: UInt32, _ place: Int, _ event: Int) {
        var index = heads[place]
        while index >= 0, entries[index].gram != gram { index = entries[index].next }
        guard index >= 0, entries[index].seen != event else { return }
        entries[index].seen = event
        for detection in entries[index].detections { marks[detection] = event }
    }

    /// Whether a detection may hold for an event that was looked at; false is
    /// certain.
    @inline(__always)
    func mayHold(_ detection: Int, _ event: Int) -> Bool {
        isFree[detection] || marks[detection] == event
    }
}

/// What must occur in an event's texts for a detection to hold: one of some
/// rows of three bytes.
struct SigmaNeed {
    /// In lower case, the first byte highest.
    var grams: Set<UInt32>
    /// The texts to look for them in.
    var views: Set<SigmaView>
    /// How seldom the most frequent of them is.
    private var rarity: Int

    /// More alternatives than this are not worth it.
    private static let gramLimit = 256

    /// Nil when nothing is known.
    init?(_ detection: SigmaDetection) {
        let searches = detection.searches.map { Self.need(of: $0.expression, searches: []) }
        guard let need = Self.need(of: detection.condition, searches: searches) else { return nil }
        self = need
    }

    private init(grams: Set<UInt32>, views: Set<SigmaView>, rarity: Int) {
        self.grams = grams
        self.views = views
        self.rarity = rarity
    }

    private static func need(
        of expression: SigmaExpression,
        searches: [SigmaNeed?]
    ) -> SigmaNeed? {
        switch expression {
        case .search(let index): return searches[index]
        case .not: return nil
        case .test(let test): return need(of: test)
        case .all(let parts):
            // Any one will do: that of the seldomest bytes, then of the fewest.
            return parts.compactMap { need(of: $0, searches: searches) }
                .max { ($0.rarity, -$0.grams.count) < ($1.rarity, -$1.grams.count) }
        case .any(let parts):
            var joined = SigmaNeed(grams: [], views: [], rarity: .max)
            for part in parts {
                guard let need = need(of: part, searches: searches) else { return nil }
                joined.grams.formUnion(need.grams)
                joined.views.formUnion(need.views)
                joined.rarity = min(joined.rarity, need.rarity)
                guard joined.grams.count <= gramLimit else { return nil }
            }
            return joined
        }
    }

    private static func need(of test: SigmaTest) -> SigmaNeed? {
        guard case .text(let glob) = test.comparison else { return nil }
        var best: (gram: UInt32, rarity: Int)?
        for case .bytes(let bytes) in glob.pieces {
            for start in bytes.indices.dropLast(2) {
                let row = bytes[start..<start + 3].map(ByteCompare.lowered)
                let rarity = row.reduce(0) { $0 + Self.rarity(of: $1) }
                if rarity > best?.rarity ?? -1 {
                    best = (row.reduce(0) { $0 << 8 | UInt32($1) }, rarity)
                }
            }
        }
        return best.map {
            SigmaNeed(
                grams: [$0.gram],
                views: Set(test.field.views.map(\.base)),
                rarity: $0.rarity
            )
        }
    }

    /// How seldom a byte is in logs, from 0 to 3.
    private static func rarity(of byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"),
            UInt8(ascii: "n"), UInt8(ascii: "o"), UInt8(ascii: "r"), UInt8(ascii: "s"),
            UInt8(ascii: "t"):
            0
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "-"):
            1
        case UInt8(ascii: "%"), UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "_"): 2
        default: 3
        }
    }
}

extension SigmaView {
    /// The text that this one is a part of, or itself.
    fileprivate var base: SigmaView {
        switch self {
        case .wholeText, .field: self
        case .path(let field), .query(let field), .fileExtension(let field): .field(field)
        }
    }
}
