// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An event as an agent sends it: `QUEUE:LOCATION:MESSAGE`.
///
/// In a location `|` is written `||` and `:` is written `|:`.
/// Source: around-the-engine.md §5.11.
package struct WireEvent: Sendable, Hashable {
    /// What kind of event it is: `1` a log line, `8` file integrity, and others.
    package let queue: UInt8
    /// Un-escaped.
    package let location: [UInt8]
    package let message: ArraySlice<UInt8>

    /// The queue of log lines, of commands and of Docker's events.
    package static let log = UInt8(ascii: "1")

    private static let colon = UInt8(ascii: ":")
    private static let bar = UInt8(ascii: "|")

    package init(queue: UInt8, location: [UInt8], message: ArraySlice<UInt8>) {
        self.queue = queue
        self.location = location
        self.message = message
    }

    /// Reads an event; nil for what is none.
    package init?(_ body: ArraySlice<UInt8>) {
        let start = body.startIndex
        guard body.count >= 4, body[start + 1] == Self.colon, body[start] > 0x20,
            body[start] < 0x7F
        else { return nil }
        queue = body[start]
        var location: [UInt8] = []
        var index = start + 2
        while index < body.endIndex, body[index] != Self.colon {
            if body[index] == Self.bar, index + 1 < body.endIndex,
                body[index + 1] == Self.bar || body[index + 1] == Self.colon
            {
                index += 1
            }
            location.append(body[index])
            index += 1
        }
        guard index < body.endIndex, !location.isEmpty else { return nil }
        self.location = location
        message = body[(index + 1)...]
    }

    /// As it travels.
    package var body: [UInt8] {
        var output: [UInt8] = [queue, Self.colon]
        output.reserveCapacity(location.count + message.count + 8)
        for byte in location {
            if byte == Self.bar || byte == Self.colon { output.append(Self.bar) }
            output.append(byte)
        }
        output.append(Self.colon)
        return output + message
    }

    /// Whether it only shows that the agent is there.
    ///
    /// Source: around-the-engine.md §5.11.
    package var isKeepAlive: Bool { location.starts(with: Array("keepalive".utf8)) }
}
