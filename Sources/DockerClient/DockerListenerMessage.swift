// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What a Docker listener sends: Wazuh's envelope around one message.
///
/// `{"integration": "docker", "docker": X}`, in the bytes that Python's
/// `json.dumps` writes: `", "` and `": "` between things, everything that is
/// not printable ASCII as `\uXXXX` in lower-case hex (two for a character
/// beyond U+FFFF), members in the order in which they came.
/// Source: around-the-engine.md §1.4.
package enum DockerListenerMessage: Sendable, Hashable {
    /// The listener's process began.
    case started
    /// An engine answers, also again after an interruption.
    case connected
    /// No engine answered at the first try.
    case notRunning
    /// The stream of events ended.
    case disconnected
    /// An event of the engine: one JSON object, its bytes as received.
    case event([UInt8])
    /// Events may be missing.
    case gap

    /// The message on one line, without a newline.
    ///
    /// Numbers stay as they were written, and a member that came twice stays
    /// twice. Bytes that are not UTF-8 become U+FFFD.
    /// - Throws: ``JSONSyntaxError`` when an event is not a JSON object.
    package func envelope() throws(JSONSyntaxError) -> [UInt8] {
        try envelope(DockerExtension())
    }

    /// The message with what Jaga adds to it, in a member of its own beside
    /// Wazuh's: `"docker_ext": {…}`; without it when nothing is added.
    package func envelope(_ addition: DockerExtension) throws(JSONSyntaxError) -> [UInt8] {
        var output: [UInt8] = []
        output.append(literal: "{\"integration\": \"docker\", \"docker\": ")
        switch self {
        case .started: output.append(literal: "{\"Wodle event\": \"Started\"}")
        case .connected:
            output.append(literal: "{\"Wodle event\": \"Connected to Docker service\"}")
        case .notRunning:
            output.append(literal: "{\"Wodle event\": \"Docker service is not running\"}")
        case .disconnected:
            output.append(literal: "{\"Wodle event\": \"Disconnected from the Docker service\"}")
        case .gap: output.append(literal: "{\"Wodle event\": \"Events may be missing\"}")
        case .event(let bytes):
            output.reserveCapacity(bytes.count + bytes.count / 8 + 64)
            try PythonJSONWriter.appendObject(bytes, to: &output)
        }
        let added = addition.json
        if !added.isEmpty {
            output.append(literal: ", \"docker_ext\": ")
            try PythonJSONWriter.appendObject(added, to: &output)
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}

/// Writes JSON again as Python's `json.dumps` with its default arguments.
enum PythonJSONWriter {
    /// - Throws: ``JSONSyntaxError`` when `bytes` are not one JSON object.
    static func appendObject(
        _ bytes: [UInt8],
        to output: inout [UInt8]
    ) throws(JSONSyntaxError) {
        var reader = JSONTokenReader(bytes)
        var isFirst = true
        while let token = try reader.next() {
            if reader.depth == 0, token != .endObject {
                throw JSONSyntaxError(reason: .notAnObject, offset: 0)
            }
            separate(token, isFirst: isFirst, in: &output)
            append(token, of: bytes, to: &output)
            switch token {
            case .beginObject, .beginArray, .key: isFirst = true
            default: isFirst = false
            }
        }
    }

    /// A comma stands before all but the first thing in a container; the value
    /// after a key counts as first.
    private static func separate(
        _ token: JSONTokenReader.Token,
        isFirst: Bool,
        in output: inout [UInt8]
    ) {
        if isFirst || token == .endObject || token == .endArray { return }
        output.append(literal: ", ")
    }

    private static func append(
        _ token: JSONTokenReader.Token,
        of bytes: [UInt8],
        to output: inout [UInt8]
    ) {
        switch token {
        case .beginObject: output.append(UInt8(ascii: "{"))
        case .endObject: output.append(UInt8(ascii: "}"))
        case .beginArray: output.append(UInt8(ascii: "["))
        case .endArray: output.append(UInt8(ascii: "]"))
        case .number(let range), .literal(let range): output.append(contentsOf: bytes[range])
        case .string(let range): appendString(bytes, range, to: &output)
        case .key(let range):
            appendString(bytes, range, to: &output)
            output.append(literal: ": ")
        }
    }

    private static func appendString(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        to output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "\""))
        for character in JSONStringCharacters(of: bytes, in: range) {
            appendCharacter(character, to: &output)
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func appendCharacter(_ character: UInt32, to output: inout [UInt8]) {
        switch character {
        case 0x22: output.append(literal: "\\\"")
        case 0x5C: output.append(literal: "\\\\")
        case 0x20..<0x7F: output.append(UInt8(truncatingIfNeeded: character))
        case 0x08: output.append(literal: "\\b")
        case 0x09: output.append(literal: "\\t")
        case 0x0A: output.append(literal: "\\n")
        case 0x0C: output.append(literal: "\\f")
        case 0x0D: output.append(literal: "\\r")
        case 0x10000...:
            let offset = character - 0x10000
            appendUnit(0xD800 + offset >> 10, to: &output)
            appendUnit(0xDC00 + offset & 0x3FF, to: &output)
        default: appendUnit(character, to: &output)
        }
    }

    /// Appends `\uXXXX` of a UTF-16 unit.
    private static func appendUnit(_ unit: UInt32, to output: inout [UInt8]) {
        output.append(literal: "\\u")
        for shift: UInt32 in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift & 15)
            output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
        }
    }
}
