// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// The file in which positions survive a restart.
///
/// Text, one position a line, fields parted by one blank, names last and with
/// every byte outside `!`…`~`, and `%`, as `%XX`:
/// ```
/// jaga-positions 1
/// active NANOSECONDS
/// first NANOSECONDS
/// spool SEQUENCE
/// file DEVICE INODE HEADLENGTH HEADHASH OFFSET PATH
/// docker-events NANOSECONDS FINGERPRINT,… ENDPOINT
/// container-log NANOSECONDS FINGERPRINT,… ID
/// journal CURSOR journald
/// agent SEQUENCE ID/STREAM
/// ```
/// `spool` is the first sequence whose record had no effect on the positions yet.
/// Numbers are decimal, hashes and fingerprints hexadecimal, no fingerprint is
/// `-`. It is written beside itself, synced and renamed, so it is always whole.
enum PositionFile {
    private static let title = "jaga-positions 1"

    static func render(_ contents: PositionLedger.Contents) -> [UInt8] {
        var output: [UInt8] = []
        output.append(text: title + "\n")
        if let lastActive = contents.lastActive { output.append(text: "active \(lastActive)\n") }
        if let firstRun = contents.firstRun { output.append(text: "first \(firstRun)\n") }
        if contents.spooledBefore > 0 { output.append(text: "spool \(contents.spooledBefore)\n") }
        for (source, position) in contents.positions {
            append(position, of: source, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }

    private static func append(
        _ position: Position,
        of source: SourceKey,
        to output: inout [UInt8]
    ) {
        output.append(text: source.kind.rawValue)
        switch position {
        case .file(let file):
            output.append(
                text: " \(file.identity.device) \(file.identity.inode) \(file.head.length)"
                    + " \(String(file.head.hash, radix: 16)) \(file.offset) "
            )
        case .stream(let stream):
            let marks = stream.fingerprints.map { String($0, radix: 16) }
            let list = marks.isEmpty ? "-" : marks.joined(separator: ",")
            output.append(text: " \(stream.nanoseconds) \(list) ")
        case .journal(let cursor):
            output.append(UInt8(ascii: " "))
            appendEscaped(cursor, to: &output)
            output.append(UInt8(ascii: " "))
        case .sequence(let sequence): output.append(text: " \(sequence) ")
        }
        appendEscaped(source.name, to: &output)
    }

    /// What the spool keeps of a change: a position as the file has it, or
    /// `forget KIND NAME`.
    static func render(_ change: Checkpoint.Change, of source: SourceKey) -> [UInt8] {
        var output: [UInt8] = []
        switch change {
        case .advance(let position): append(position, of: source, to: &output)
        case .forget:
            output.append(text: "forget \(source.kind.rawValue) ")
            appendEscaped(source.name, to: &output)
        }
        return output
    }

    /// Reads what ``render(_:of:)`` wrote; nil for anything else.
    static func change(_ bytes: [UInt8]) -> (SourceKey, Checkpoint.Change)? {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.first == "forget" else {
            return entry(words).map { ($0.0, .advance($0.1)) }
        }
        guard words.count == 3, let kind = SourceKey.Kind(rawValue: String(words[1])),
            let name = unescaped(words[2])
        else { return nil }
        return (SourceKey(kind: kind, name: name), .forget)
    }

    /// What the text says, without the lines that say nothing known, and their
    /// number; nil when it is no file of positions at all.
    static func parse(
        _ bytes: [UInt8]
    ) -> (contents: PositionLedger.Contents, damagedLines: Int)? {
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        guard lines.popFirst().map({ String(decoding: $0, as: UTF8.self) }) == title else {
            return nil
        }
        var contents = PositionLedger.Contents()
        var damaged = 0
        for line in lines {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            if words.count == 2, words[0] == "active", let time = Int64(words[1]) {
                contents.lastActive = time
            } else if words.count == 2, words[0] == "first", let time = Int64(words[1]) {
                contents.firstRun = time
            } else if words.count == 2, words[0] == "spool", let sequence = UInt64(words[1]) {
                contents.spooledBefore = sequence
            } else if let (source, position) = entry(words) {
                contents.positions[source] = position
            } else {
                damaged += 1
            }
        }
        return (contents, damaged)
    }

    private static func entry(_ words: [Substring]) -> (SourceKey, Position)? {
        guard let word = words.first, let kind = SourceKey.Kind(rawValue: String(word)),
            let last = words.last, let name = unescaped(last),
            let position = position(words, of: kind)
        else { return nil }
        return (SourceKey(kind: kind, name: name), position)
    }

    private static func position(_ words: [Substring], of kind: SourceKey.Kind) -> Position? {
        switch kind {
        case .file: filePosition(words)
        case .dockerEvents, .containerLog: streamPosition(words)
        case .journal:
            words.count == 3 ? unescaped(words[1]).map { .journal(cursor: $0) } : nil
        case .agent: words.count == 3 ? UInt64(words[1]).map { .sequence($0) } : nil
        }
    }

    private static func filePosition(_ words: [Substring]) -> Position? {
        guard words.count == 7, let device = UInt64(words[1]), let inode = UInt64(words[2]),
            let length = Int(words[3]), (0...FileHead.limit).contains(length),
            let hash = UInt64(words[4], radix: 16), let offset = Int64(words[5]), offset >= 0
        else { return nil }
        return .file(
            FilePosition(
                identity: FileIdentity(device: device, inode: inode),
                head: FileHead(length: length, hash: hash),
                offset: offset
            )
        )
    }

    private static func streamPosition(_ words: [Substring]) -> Position? {
        guard words.count == 4, let nanoseconds = Int64(words[1]) else { return nil }
        var marks: [UInt64] = []
        if words[2] != "-" {
            for mark in words[2].split(separator: ",") {
                guard let value = UInt64(mark, radix: 16) else { return nil }
                marks.append(value)
            }
        }
        return .stream(StreamPosition(nanoseconds: nanoseconds, fingerprints: marks))
    }

    private static func appendEscaped(_ name: [UInt8], to output: inout [UInt8]) {
        for byte in name {
            if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%") {
                output.append(byte)
            } else {
                let hex = String(byte, radix: 16)
                output.append(text: byte < 16 ? "%0" + hex : "%" + hex)
            }
        }
    }

    private static func unescaped(_ text: Substring) -> [UInt8]? {
        var output: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                output.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(Substring(digits), radix: 16) else {
                return nil
            }
            output.append(value)
            rest = rest.dropFirst(2)
        }
        return output
    }
}
