// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The decoder plug-in `SymantecWS_Decoder`: Symantec's web security log.
///
/// Comma-separated `number=value`, behind a first item that is passed over.
///
/// Source: analysis-engine.md §4.6.
enum SymantecExtractor {
    private static let userLimit = 128
    private static let addressLimit = 1024
    private static let identifierCount = 9

    /// Sets dstuser, srcip, url and id, as far as the log has them.
    static func extract(_ text: Span<UInt8>, _ event: inout DecodedEvent) {
        let end = event.log.upperBound
        guard var start = next(text, from: event.log.lowerBound, end) else { return }
        while true {
            let stop = next(text, from: start, end).map { $0 - 1 } ?? end
            take(start..<stop, text, end, &event)
            guard stop < end else { return }
            start = stop + 1
        }
    }

    private static func take(
        _ item: Range<Int>,
        _ text: Span<UInt8>,
        _ end: Int,
        _ event: inout DecodedEvent
    ) {
        let start = item.lowerBound
        if ByteCompare.starts(text, at: start, "10="), start + 3 <= item.upperBound {
            guard event[.dstuser] == nil else { return }
            event[.dstuser] = start + 3..<min(item.upperBound, start + 3 + userLimit)
        } else if ByteCompare.starts(text, at: start, "11="), start + 3 <= item.upperBound {
            event[.srcip] = start + 3..<item.upperBound
        } else if ByteCompare.starts(text, at: start, "60="), start + 3 <= item.upperBound {
            event[.url] = start + 3..<min(item.upperBound, start + 3 + addressLimit)
        } else if ByteCompare.starts(text, at: start, "3=")
            || ByteCompare.starts(text, at: start, "2=")
        {
            event[.id] = start..<min(end, start + identifierCount)
        }
    }

    /// The place behind the next comma; nil when there is none.
    private static func next(_ text: Span<UInt8>, from start: Int, _ end: Int) -> Int? {
        guard let comma = ByteCompare.find(UInt8(ascii: ","), in: text, from: start), comma < end
        else { return nil }
        return comma + 1
    }
}
