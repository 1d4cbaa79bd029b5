// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

/// A server-sent event.
struct ReceivedEvent: Equatable {
    var name = ""
    var id: String?
    var data = ""
    /// Whether it is only a comment.
    var isComment = false
}

/// Reads events off a connection, one after the other.
struct EventReader {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var text = ""
    private(set) var head = ""

    init(_ connection: RawConnection) {
        iterator = connection.inbound.makeAsyncIterator()
    }

    /// Reads the answer's head.
    mutating func readHead() async throws {
        while !text.contains("\r\n\r\n") { guard try await fill() else { return } }
        guard let range = text.range(of: "\r\n\r\n") else { return }
        head = String(text[..<range.lowerBound])
        text = String(text[range.upperBound...])
    }

    /// The next event; nil at the end of the stream.
    mutating func next() async throws -> ReceivedEvent? {
        while true {
            if let range = text.range(of: "\n\n") {
                let block = text[..<range.lowerBound]
                text = String(text[range.upperBound...])
                if let event = Self.event(block) { return event }
                continue
            }
            guard try await fill() else { return nil }
        }
    }

    /// The next event that is no comment.
    mutating func nextEvent() async throws -> ReceivedEvent? {
        while let event = try await next() { if !event.isComment { return event } }
        return nil
    }

    private mutating func fill() async throws -> Bool {
        guard let buffer = try await iterator.next() else { return false }
        // Sizes of chunks stand on lines of their own and mean nothing here.
        text += String(decoding: buffer.readableBytesView, as: UTF8.self)
        return true
    }

    private static func event(_ block: Substring) -> ReceivedEvent? {
        var event = ReceivedEvent()
        var isEmpty = true
        for line in block.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            if line.hasPrefix(":") {
                event.isComment = true
            } else if line.hasPrefix("event: ") {
                event.name = String(line.dropFirst(7))
            } else if line.hasPrefix("id: ") {
                event.id = String(line.dropFirst(4))
            } else if line.hasPrefix("data: ") {
                event.data = String(line.dropFirst(6))
            } else {
                continue
            }
            isEmpty = false
        }
        return isEmpty ? nil : event
    }
}
