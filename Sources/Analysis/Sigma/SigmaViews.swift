// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Where the texts that Sigma tests look at lie in the current event, found when
/// first asked for.
struct SigmaViews: Sendable {
    private struct Slot: Sendable {
        var stamp: UInt32 = 0
        /// -1 for an absent text.
        var start = -1
        var end = -1
    }

    private let views: [SigmaView]
    private var slots: [Slot]
    private var stamp: UInt32 = 0

    /// Signatures of the views that are worth one, one after the other.
    private var signatures: [UInt64]
    /// By view: number of its signature; -1 for none.
    private let signatureNumbers: [Int]
    private var signatureStamps: [UInt32]

    /// Fewer texts than this are found faster without a signature.
    private static let worthwhileCount = 3

    /// `soughtTexts` has, by view, how many texts are sought in it.
    init(_ views: [SigmaView], soughtTexts: [Int]) {
        self.views = views
        slots = Array(repeating: Slot(), count: views.count)
        var numbers: [Int] = []
        var count = 0
        for sought in soughtTexts {
            let isWorthwhile = sought >= Self.worthwhileCount
            numbers.append(isWorthwhile ? count : -1)
            count += isWorthwhile ? 1 : 0
        }
        signatureNumbers = numbers
        signatures = Array(repeating: 0, count: count * SigmaSignature.wordCount)
        signatureStamps = Array(repeating: 0, count: count)
    }

    /// Begins a new event.
    mutating func start() {
        stamp &+= 1
        guard stamp == 0 else { return }
        for index in slots.indices { slots[index].stamp = 0 }
        for index in signatureStamps.indices { signatureStamps[index] = 0 }
        stamp = 1
    }

    /// Where a view's text lies in the event's arena; nil when it has none.
    mutating func range(_ view: Int, _ event: DecodedEvent) -> Range<Int>? {
        if slots[view].stamp != stamp {
            let found = Self.find(views[view], event)
            slots[view] = Slot(
                stamp: stamp,
                start: found?.lowerBound ?? -1,
                end: found?.upperBound ?? -1
            )
        }
        return slots[view].start < 0 ? nil : slots[view].start..<slots[view].end
    }

    /// Whether a text may occur in a view's text; false is certain.
    mutating func mayMatch(
        _ glob: Int,
        of globs: SigmaGlobTable,
        _ view: Int,
        _ event: DecodedEvent
    ) -> Bool {
        let number = signatureNumbers[view]
        guard number >= 0, let range = range(view, event) else { return true }
        let start = number * SigmaSignature.wordCount
        let words = start..<start + SigmaSignature.wordCount
        if signatureStamps[number] != stamp {
            signatureStamps[number] = stamp
            var all = signatures.mutableSpan
            SigmaSignature.write(event.arena.span.extracting(range), to: &all, at: start)
        }
        return globs.mayMatch(glob, signatures.span.extracting(words))
    }

    private static func find(_ view: SigmaView, _ event: DecodedEvent) -> Range<Int>? {
        switch view {
        case .wholeText: return event.text
        case .field(let field): return event.range(of: field)
        case .path(let field):
            guard let url = event.range(of: field) else { return nil }
            return url.lowerBound..<(mark(in: url, event) ?? url.upperBound)
        case .query(let field):
            guard let url = event.range(of: field), let mark = mark(in: url, event) else {
                return nil
            }
            return mark + 1..<url.upperBound
        case .fileExtension(let field):
            guard let url = event.range(of: field) else { return nil }
            return fileExtension(url.lowerBound..<(mark(in: url, event) ?? url.upperBound), event)
        }
    }

    /// Where the first question mark stands.
    private static func mark(in url: Range<Int>, _ event: DecodedEvent) -> Int? {
        let text = event.arena.span.extracting(url)
        return ByteCompare.find(UInt8(ascii: "?"), in: text).map { url.lowerBound + $0 }
    }

    private static func fileExtension(_ path: Range<Int>, _ event: DecodedEvent) -> Range<Int>? {
        let arena = event.arena.span
        var index = path.upperBound
        while index > path.lowerBound, arena[index - 1] != UInt8(ascii: "/") {
            if arena[index - 1] == UInt8(ascii: ".") { return index..<path.upperBound }
            index -= 1
        }
        return nil
    }
}
