// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The object `predecoder`.
enum Predecoder {
    /// Appends the object with the keys that are set.
    static func append(
        _ event: inout DecodedEvent,
        _ hostname: Range<Int>?,
        to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "{"))
        append("\"program_name\":", event.header.programName, &event, &output)
        append("\"timestamp\":", event.header.timestamp, &event, &output)
        append("\"hostname\":", hostname, &event, &output)
        output.append(UInt8(ascii: "}"))
    }

    private static func append(
        _ key: StaticString,
        _ value: Range<Int>?,
        _ event: inout DecodedEvent,
        _ output: inout [UInt8]
    ) {
        guard let value else { return }
        if output.last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
        output.append(literal: key)
        output.appendJSONString(event.arena.span.extracting(value))
    }
}
