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
        let arena = event.arena.span
        output.append(literal: "{")
        var isFirst = true
        let parts: [(StaticString, Range<Int>?)] = [
            ("\"program_name\":", event.header.programName),
            ("\"timestamp\":", event.header.timestamp),
            ("\"hostname\":", hostname),
        ]
        for (key, range) in parts {
            guard let range else { continue }
            if !isFirst { output.append(literal: ",") }
            isFirst = false
            output.append(literal: key)
            output.appendJSONString(arena.extracting(range))
        }
        output.append(literal: "}")
    }
}
