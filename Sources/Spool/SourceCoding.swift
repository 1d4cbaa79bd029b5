// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// An event's source as bytes: pairs of a name and a value, each a length in four
/// bytes and the bytes themselves; names that are not known are passed over.
///
/// `agent.id`, `agent.name`, `agent.address`, an `agent.label.KEY` for each label of the
/// agent, an `agent.group` for each group, `location`, `program`, of what is
/// no log the byte of its `queue`; with a container
/// `container.id`, `container.name`, `container.image`, `container.image_id`,
/// `container.image_digest`, `container.engine`, `container.project`,
/// `container.service` and a `label.KEY` for each label.
enum SourceCoding {
    static func encode(_ source: EventSource) -> [UInt8] {
        var output: [UInt8] = []
        func add(_ name: String, _ value: some Collection<UInt8>) {
            guard !value.isEmpty else { return }
            output.append(counted: name.utf8)
            output.append(counted: value)
        }
        add("agent.id", source.agent.id.utf8)
        add("agent.name", source.agent.name.utf8)
        add("agent.address", source.agent.address.utf8)
        for label in source.agent.labels.labels {
            output.append(counted: "agent.label.\(label.key)".utf8)
            output.append(counted: label.value.utf8)
        }
        for group in source.agent.groups { add("agent.group", group.utf8) }
        add("location", source.location)
        add("program", source.programName)
        if source.kind != .log { add("queue", [source.kind.queue]) }
        guard let container = source.container else { return output }
        output.append(counted: "container.id".utf8)
        output.append(counted: container.id.utf8)
        add("container.name", container.name.utf8)
        add("container.image", container.image.utf8)
        add("container.image_id", container.imageID.utf8)
        add("container.image_digest", container.imageDigest.utf8)
        add("container.engine", container.engine.utf8)
        add("container.project", container.facts.composeProject.utf8)
        add("container.service", container.facts.composeService.utf8)
        for label in container.labels {
            output.append(counted: "label.\(label.key)".utf8)
            output.append(counted: label.value.utf8)
        }
        return output
    }

    /// Nil when the bytes are no pairs.
    static func decode(_ bytes: Span<UInt8>) -> EventSource? {
        var values: [String: [UInt8]] = [:]
        var labels: [String: String] = [:]
        var agentLabels = AgentLabels()
        var groups: [String] = []
        var reader = ByteReader()
        while reader.position < bytes.count {
            guard let name = reader.counted(bytes), let value = reader.counted(bytes) else {
                return nil
            }
            let key = String(decoding: name, as: UTF8.self)
            if key.hasPrefix("label.") {
                labels[String(key.dropFirst(6))] = String(decoding: value, as: UTF8.self)
            } else if key.hasPrefix("agent.label.") {
                agentLabels.add(
                    .init(
                        key: String(key.dropFirst(12)),
                        value: String(decoding: value, as: UTF8.self)
                    )
                )
            } else if key == "agent.group" {
                groups.append(String(decoding: value, as: UTF8.self))
            } else {
                values[key] = value
            }
        }
        func text(_ name: String) -> String { String(decoding: values[name] ?? [], as: UTF8.self) }
        var agent = AgentIdentity(
            id: text("agent.id"),
            name: text("agent.name"),
            address: text("agent.address")
        )
        agent.labels = agentLabels
        agent.groups = groups
        var facts = ContainerIdentity.Facts(
            id: text("container.id"),
            name: text("container.name"),
            image: text("container.image"),
            imageID: text("container.image_id"),
            labels: labels
        )
        facts.imageDigest = text("container.image_digest")
        facts.engine = text("container.engine")
        facts.composeProject = text("container.project")
        facts.composeService = text("container.service")
        return EventSource(
            agent: agent,
            location: values["location"] ?? [],
            container: values["container.id"].map { _ in ContainerIdentity(facts) },
            programName: values["program"] ?? [],
            kind: values["queue"]?.first.map(EventKind.init(queue:)) ?? .log
        )
    }
}

extension [UInt8] {
    /// Appends a length in four bytes and the bytes.
    mutating func append(counted bytes: some Collection<UInt8>) {
        append(number: UInt32(truncatingIfNeeded: bytes.count))
        append(contentsOf: bytes)
    }

    /// Appends a number, little-endian.
    mutating func append(number: UInt32) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}

/// A place in bytes, from which numbers and bytes are taken; nil at the end.
struct ByteReader: Sendable {
    private(set) var position = 0

    /// Four bytes, little-endian.
    mutating func number(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count - position >= 4 else { return nil }
        defer { position += 4 }
        let raw = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
        return Int(UInt32(littleEndian: raw))
    }

    /// A length and so many bytes.
    mutating func counted(_ bytes: Span<UInt8>) -> [UInt8]? {
        guard let range = countedRange(bytes) else { return nil }
        return bytes.extracting(range).withUnsafeBufferPointer { Array($0) }
    }

    /// Where the counted bytes lie.
    mutating func countedRange(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard let count = number(bytes), count <= bytes.count - position else { return nil }
        defer { position += count }
        return position..<position + count
    }
}
