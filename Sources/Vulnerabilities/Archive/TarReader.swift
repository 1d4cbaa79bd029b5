// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads a tar archive as it arrives, whatever the pieces.
///
/// Ustar, pax, GNU long names. Nothing is unpacked; a visitor sees members and the
/// bodies it wants.
/// A member whose path leads out of the tree ends the reading, and so does what
/// exceeds ``ArchiveLimits``.
package struct TarReader: Sendable {
    private enum State: Sendable {
        case header
        /// Of a member that says something of the next one.
        case extension_(UInt8, remaining: Int)
        case body(isWanted: Bool, remaining: Int)
        case holes
        case padding(Int)
        case ended
    }

    private let limits: ArchiveLimits
    private var state = State.header
    /// A header or an extended header that is not complete yet.
    private var pending: [UInt8] = []
    private var records = PaxRecords()
    /// Bytes after the body or extended header, up to a multiple of 512.
    private var padding = 0
    private var open: TarHeader?

    /// Members so far.
    package private(set) var entryCount = 0
    /// Bytes so far.
    package private(set) var byteCount = 0

    package init(_ limits: ArchiveLimits) {
        self.limits = limits
    }

    /// Whether the archive could end here: between members.
    package var isComplete: Bool {
        switch state {
        case .ended: true
        case .header: pending.isEmpty
        default: false
        }
    }

    /// Takes the next piece.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-archive` and
    ///   `excessive-archive`; what the visitor throws.
    package mutating func feed(
        _ bytes: Span<UInt8>,
        to visitor: inout some TarVisitor
    ) throws {
        byteCount += bytes.count
        guard byteCount <= limits.layerBytes else {
            throw Self.excessive("it has more than \(limits.layerBytes) bytes unpacked")
        }
        var index = 0
        while index < bytes.count {
            let rest = bytes.extracting(index..<bytes.count)
            index += try step(rest, &visitor)
        }
    }

    static func excessive(_ what: String) -> VulnerabilityError {
        VulnerabilityError(.excessiveArchive, "the archive is refused: \(what)")
    }

    /// Works on what is at hand; returns how many bytes that took, at least one.
    private mutating func step(_ bytes: Span<UInt8>, _ visitor: inout some TarVisitor) throws
        -> Int
    {
        switch state {
        case .ended: return bytes.count
        case .header:
            let count = fill(bytes, upTo: TarHeader.size)
            if pending.count == TarHeader.size { try takeHeader(&visitor) }
            return count
        case .holes:
            let count = fill(bytes, upTo: TarHeader.size)
            if pending.count == TarHeader.size {
                let goesOn = pending[504] != 0
                pending.removeAll(keepingCapacity: true)
                if !goesOn, let open { try begin(open, &visitor) }
            }
            return count
        case .extension_(let type, let remaining):
            let count = min(remaining, bytes.count)
            pending.append(span: bytes.extracting(0..<count))
            state = .extension_(type, remaining: remaining - count)
            if count == remaining { try takeExtension(type) }
            return count
        case .body(let isWanted, let remaining):
            let count = min(remaining, bytes.count)
            if isWanted { try visitor.body(bytes.extracting(0..<count)) }
            state = .body(isWanted: isWanted, remaining: remaining - count)
            if count == remaining { try finishBody(isWanted, &visitor) }
            return count
        case .padding(let remaining):
            let count = min(remaining, bytes.count)
            state = count == remaining ? .header : .padding(remaining - count)
            return count
        }
    }

    private mutating func fill(_ bytes: Span<UInt8>, upTo size: Int) -> Int {
        let count = min(size - pending.count, bytes.count)
        pending.append(span: bytes.extracting(0..<count))
        return count
    }

    private mutating func takeHeader(_ visitor: inout some TarVisitor) throws {
        let header = try TarHeader(pending)
        pending.removeAll(keepingCapacity: true)
        guard let header else {
            state = .ended
            return
        }
        let isExtension = "xgLK".utf8.contains(header.type)
        guard isExtension else {
            open = header
            state = .holes
            if !header.hasMoreHoles { try begin(header, &visitor) }
            return
        }
        guard header.bodySize <= limits.headerBytes else {
            throw Self.excessive(
                "an extended header has \(header.bodySize) bytes, more than \(limits.headerBytes)"
            )
        }
        padding = Self.padding(after: header.bodySize)
        state = .extension_(header.type, remaining: header.bodySize)
        if header.bodySize == 0 { try takeExtension(header.type) }
    }

    private mutating func takeExtension(_ type: UInt8) throws {
        switch type {
        case UInt8(ascii: "x"): records = try PaxRecords(pending)
        case UInt8(ascii: "L"): records.path = Array(pending.prefix { $0 != 0 })
        case UInt8(ascii: "K"): records.link = Array(pending.prefix { $0 != 0 })
        // A global header says nothing of what is asked here.
        default: break
        }
        pending.removeAll(keepingCapacity: true)
        state = padding == 0 ? .header : .padding(padding)
    }

    private mutating func begin(_ header: TarHeader, _ visitor: inout some TarVisitor) throws {
        let entry = try entry(header)
        records = PaxRecords()
        open = nil
        entryCount += 1
        guard entryCount <= limits.entries else {
            throw Self.excessive("it has more than \(limits.entries) members")
        }
        padding = Self.padding(after: entry.size)
        let isWanted = try visitor.begin(entry)
        state = .body(isWanted: isWanted, remaining: entry.size)
        if entry.size == 0 { try finishBody(isWanted, &visitor) }
    }

    private mutating func finishBody(_ isWanted: Bool, _ visitor: inout some TarVisitor) throws {
        if isWanted { try visitor.end() }
        state = padding == 0 ? .header : .padding(padding)
    }

    private func entry(_ header: TarHeader) throws(VulnerabilityError) -> TarEntry {
        let path = try cleaned(records.path ?? header.name)
        let link = records.link ?? header.link
        guard link.count <= limits.pathBytes else {
            throw Self.excessive("a link's target has \(link.count) bytes")
        }
        let kind: TarEntry.Kind
        switch header.type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S"): kind = .file
        case UInt8(ascii: "1"): kind = .hardLink(target: try cleaned(link))
        case UInt8(ascii: "2"): kind = .symbolicLink(target: String(decoding: link, as: UTF8.self))
        case UInt8(ascii: "5"): kind = .folder
        default: kind = .other
        }
        let size = records.size ?? header.bodySize
        guard size >= 0, size <= limits.layerBytes else {
            throw Self.excessive("a member claims to have \(size) bytes")
        }
        return TarEntry(
            kind: kind,
            path: path,
            mode: header.mode,
            size: kind == .file ? size : kind == .other ? header.bodySize : 0
        )
    }

    /// A path without `.`, empty parts and a slash in front.
    private func cleaned(_ bytes: [UInt8]) throws(VulnerabilityError) -> String {
        guard bytes.count <= limits.pathBytes else {
            throw Self.excessive("a path has \(bytes.count) bytes, more than \(limits.pathBytes)")
        }
        let parts = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
        guard !parts.contains(where: { $0.elementsEqual("..".utf8) }) else {
            throw Self.excessive(
                "the path \(String(decoding: bytes.prefix(200), as: UTF8.self)) leads out of the tree"
            )
        }
        return String(decoding: Array(parts.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
    }

    private static func padding(after size: Int) -> Int {
        (TarHeader.size - size % TarHeader.size) % TarHeader.size
    }
}
