// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reading as much of an alert's JSON line as a person sees on a terminal.
package enum AlertLine {
    /// What the line says; nil when it is not one whole JSON object.
    ///
    /// Members that are not asked for are passed over, however deep they nest,
    /// without recursion; of members given twice the last one counts. For an
    /// alert about a container of another host's engine, the container's name is
    /// taken from `data.docker.Actor.Attributes.name` when `data.container.name` is
    /// missing.
    ///
    /// Cost: one walk over the line; memory only for what is returned.
    package static func summary(of line: Span<UInt8>) -> AlertSummary? {
        guard isWholeObject(line) else { return nil }
        var scanner = JSONScanner(position: line.indices.lowerBound)
        var found = Found()
        guard read(.root, &scanner, line, into: &found) else { return nil }
        if found.summary.container.isEmpty { found.summary.container = found.actor }
        return found.summary
    }

    /// Whether the line is an object from its first to its last byte: brackets
    /// balance, strings end, no control character is in it.
    ///
    /// This is what a torn line is not; it is no proof of valid JSON.
    package static func isWholeObject(_ line: Span<UInt8>) -> Bool {
        guard line.count >= 2, line[0] == UInt8(ascii: "{") else { return false }
        for index in line.indices where line[index] < 0x20 { return false }
        var scanner = JSONScanner(position: 0)
        return scanner.skipValue(line) && scanner.position == line.count
    }

    /// An object that holds something we want.
    private enum Place {
        case root, rule, agent, data, container, docker, actor, attributes
    }

    private struct Found {
        var summary = AlertSummary()
        var actor: [UInt8] = []
    }

    /// Reads the object that begins here.
    ///
    /// Recurses at most as deep as ``Place`` nests.
    private static func read(
        _ place: Place,
        _ scanner: inout JSONScanner,
        _ line: Span<UInt8>,
        into found: inout Found
    ) -> Bool {
        guard scanner.take(UInt8(ascii: "{"), line) else { return scanner.skipValue(line) }
        if scanner.take(UInt8(ascii: "}"), line) { return true }
        repeat {
            guard let key = scanner.string(line), scanner.take(UInt8(ascii: ":"), line) else {
                return false
            }
            if let inner = inner(place, key) {
                guard read(inner, &scanner, line, into: &found) else { return false }
            } else if let target = target(place, key) {
                guard let value = scanner.scalar(line) else { return false }
                found[keyPath: target] = value
            } else if place == .rule, key.elementsEqual("level".utf8) {
                guard let value = scanner.scalar(line) else { return false }
                found.summary.level = Int(String(decoding: value, as: UTF8.self)) ?? 0
            } else {
                guard scanner.skipValue(line) else { return false }
            }
        } while scanner.take(UInt8(ascii: ","), line)
        return scanner.take(UInt8(ascii: "}"), line)
    }

    private static func inner(_ place: Place, _ key: [UInt8]) -> Place? {
        switch (place, String(decoding: key, as: UTF8.self)) {
        case (.root, "rule"): .rule
        case (.root, "agent"): .agent
        case (.root, "data"): .data
        case (.data, "container"): .container
        case (.data, "docker"): .docker
        case (.docker, "Actor"): .actor
        case (.actor, "Attributes"): .attributes
        default: nil
        }
    }

    private static func target(
        _ place: Place,
        _ key: [UInt8]
    ) -> WritableKeyPath<Found, [UInt8]>? {
        switch (place, String(decoding: key, as: UTF8.self)) {
        case (.root, "timestamp"): \.summary.timestamp
        case (.rule, "id"): \.summary.ruleID
        case (.rule, "description"): \.summary.description
        case (.agent, "name"): \.summary.agent
        case (.data, "srcip"): \.summary.sourceAddress
        case (.container, "name"): \.summary.container
        case (.attributes, "name"): \.actor
        default: nil
        }
    }
}
