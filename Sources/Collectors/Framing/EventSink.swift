// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// Where made events go, with what is counted on the way.
struct EventSink {
    var batch: EventBatch
    let source: EventSource
    let time: Timestamp
    var counts: FramingCounts
    /// What is done to each event's text.
    var options = FramingOptions()

    init(
        batch: EventBatch,
        source: EventSource,
        time: Timestamp,
        counts: FramingCounts
    ) {
        self.batch = batch
        self.source = source
        self.time = time
        self.counts = counts
    }

    /// Adds an event, unless the source's filter leaves it out.
    ///
    /// A NUL is an ordinary byte but before the text, where it is what a hole
    /// in a file reads as. Wazuh drops lines with a NUL, which hides them.
    mutating func add(
        _ text: Span<UInt8>,
        isTruncated: Bool,
        originNanoseconds: Int64 = 0
    ) {
        var text = text
        if !text.isEmpty, text[0] == 0 { text = text.extracting(text.holeLength..<text.count) }
        if let filter = options.filter, !filter.passes(text) {
            counts.ignored += 1
            return
        }
        if let template = options.template {
            var written: [UInt8] = []
            template.append(text, from: source, at: time, to: &written)
            append(written.span, isTruncated, originNanoseconds)
        } else {
            append(text, isTruncated, originNanoseconds)
        }
    }

    /// Adds what a container wrote, without its newline and the carriage
    /// return that a terminal puts before it.
    mutating func addContainerLine(
        _ text: [UInt8],
        isTruncated: Bool,
        originNanoseconds: Int64
    ) {
        let length = text.span.lengthWithoutLineEnd
        let kept = min(length, options.lineLimit)
        add(
            text.span.extracting(0..<kept),
            isTruncated: isTruncated || kept < length,
            originNanoseconds: originNanoseconds
        )
    }

    private mutating func append(
        _ text: Span<UInt8>,
        _ isTruncated: Bool,
        _ originNanoseconds: Int64
    ) {
        batch.append(
            text,
            from: source,
            at: time,
            originNanoseconds: originNanoseconds,
            isTruncated: isTruncated
        )
        counts.events += 1
        counts.bytes += Int64(text.count)
        if isTruncated { counts.truncated += 1 }
    }
}

extension Span<UInt8> {
    /// NUL bytes at the start.
    fileprivate var holeLength: Int {
        var length = 0
        while length < count, self[length] == 0 { length += 1 }
        return length
    }

    /// Bytes without one LF, and one CR before it, at the end.
    var lengthWithoutLineEnd: Int {
        var end = count
        if end > 0, self[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > 0, self[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }
}
