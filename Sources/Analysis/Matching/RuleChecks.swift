// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// The functions of `<compiled_rule>`.
///
/// Source: analysis-engine.md §5.3.
enum RuleChecks {
    /// Whether a function holds for an event.
    static func holds(_ check: Condition.CompiledCheck, _ event: inout DecodedEvent) -> Bool {
        let arena = event.arena.span
        switch check {
        case .sourceAndDestinationUserDiffer:
            guard let source = event[.srcuser], let destination = event[.dstuser] else {
                return true
            }
            return ByteCompare.areEqual(arena.extracting(source), arena.extracting(destination))
        case .identifierIsLong:
            return event[.id].map { $0.count >= 10 } ?? false
        case .windowsTargetAndCallerDiffer:
            return hasDifferentUsers(arena.extracting(event.log))
        case .isSimpleRequest:
            return event[.url].map { isSimple(arena.extracting($0)) } ?? false
        case .isKnownCrawler:
            return isCrawler(arena.extracting(event.log))
        }
    }

    private static func isSimple(_ url: Span<UInt8>) -> Bool {
        ByteCompare.find(UInt8(ascii: "?"), in: url) == nil
    }

    private static func isCrawler(_ log: Span<UInt8>) -> Bool {
        let networks: [StaticString] = [
            "66.249.", "72.14.", "209.85.", "65.55.", "207.46.", "74.6.", "72.30.", "67.195.",
        ]
        return networks.contains { ByteCompare.starts(log, $0) }
    }

    private static func hasDifferentUsers(_ log: Span<UInt8>) -> Bool {
        guard let target = name(behind: "Target Account Name", log),
            let caller = name(behind: "Caller User Name", log)
        else { return false }
        return !ByteCompare.areEqual(log.extracting(target), log.extracting(caller))
    }

    /// The text behind the colon that follows a title, up to a tab or two spaces.
    private static func name(behind title: StaticString, _ log: Span<UInt8>) -> Range<Int>? {
        guard let found = ByteCompare.find(title, in: log),
            let colon = ByteCompare.find(UInt8(ascii: ":"), in: log, from: found)
        else { return nil }
        var end = colon + 1
        while end < log.count, log[end] != UInt8(ascii: "\t") {
            if log[end] == UInt8(ascii: " "), end + 1 < log.count,
                log[end + 1] == UInt8(ascii: " ")
            {
                break
            }
            end += 1
        }
        return colon + 1..<end
    }
}
