// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An event of the engine, with the bytes it came as.
///
/// Only what Jaga asks of it is read; everything else is in ``raw``.
/// Source: Docker Engine API v1.41, `/events`. From 1.52 on, the old members
/// `status`, `id` and `from` are gone; they are only a fallback here.
package struct DockerEvent: Sendable, Hashable {
    /// The kind of its subject: `container`, `image`, `network`, `daemon`.
    package let type: String
    /// What happened: `start`, `exec_create: sh -c true`, `health_status: healthy`.
    package let action: String
    /// What it happened to: for containers 64 hexadecimal digits.
    package let actorID: String
    /// `name`, `image`, `exitCode`, `execID` and the labels, mixed.
    package let attributes: [String: String]
    /// `local` or `swarm`.
    package let scope: String
    /// The engine's `timeNano`, exact; without it `time` in whole seconds.
    package let time: EngineTime
    /// The line as received, without its newline.
    package let raw: [UInt8]

    /// Reads one line of the stream.
    ///
    /// - Throws: ``JSONSyntaxError`` when it is not one JSON object. Members
    ///   of another kind than documented count as absent.
    package init(line: [UInt8]) throws(JSONSyntaxError) {
        var reader = JSONTokenReader(line)
        guard try reader.next() == .beginObject else {
            throw JSONSyntaxError(reason: .notAnObject, offset: 0)
        }
        var members = Members()
        while let token = try reader.next() {
            guard case .key(let range) = token else { continue }
            try members.read(member: reader.text(range), from: &reader)
        }
        let seconds = (members.seconds ?? 0).multipliedReportingOverflow(by: 1_000_000_000)
        type = members.texts["Type"] ?? ""
        action = members.texts["Action"] ?? members.texts["status"] ?? ""
        actorID = members.actorID ?? members.texts["id"] ?? ""
        attributes = members.attributes
        scope = members.texts["scope"] ?? ""
        time = EngineTime(
            nanoseconds: members.nanoseconds ?? (seconds.overflow ? 0 : seconds.partialValue)
        )
        raw = line
    }

    /// What of the object has been read so far.
    private struct Members {
        var texts: [String: String] = [:]
        var actorID: String?
        var attributes: [String: String] = [:]
        var seconds: Int64?
        var nanoseconds: Int64?

        mutating func read(
            member name: String,
            from reader: inout JSONTokenReader
        ) throws(JSONSyntaxError) {
            switch (name, try reader.next()) {
            case ("Actor", .beginObject): try readActor(from: &reader)
            case (_, .beginObject), (_, .beginArray): try reader.skipContainer()
            case ("time", .number(let range)): seconds = reader.integer(range)
            case ("timeNano", .number(let range)): nanoseconds = reader.integer(range)
            case ("Type", .string(let range)), ("Action", .string(let range)),
                ("scope", .string(let range)), ("status", .string(let range)),
                ("id", .string(let range)):
                texts[name] = reader.text(range)
            default: break
            }
        }

        private mutating func readActor(
            from reader: inout JSONTokenReader
        ) throws(JSONSyntaxError) {
            while let token = try reader.next(), token != .endObject {
                guard case .key(let range) = token else { continue }
                switch (reader.text(range), try reader.next()) {
                case ("ID", .string(let value)): actorID = reader.text(value)
                case ("Attributes", .beginObject): try readAttributes(from: &reader)
                case (_, .beginObject), (_, .beginArray): try reader.skipContainer()
                default: break
                }
            }
        }

        private mutating func readAttributes(
            from reader: inout JSONTokenReader
        ) throws(JSONSyntaxError) {
            while let token = try reader.next(), token != .endObject {
                guard case .key(let range) = token else { continue }
                switch try reader.next() {
                case .string(let value), .number(let value), .literal(let value):
                    attributes[reader.text(range)] = reader.text(value)
                case .beginObject, .beginArray: try reader.skipContainer()
                default: break
                }
            }
        }
    }
}
