// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a record from its first file to its last line, over rotation and
/// compression, and says where each line ends, so that it can go on from there.
///
/// One thread owns a reader.
struct RecordReader: ~Copyable {
    /// What a call came to.
    enum Outcome: Equatable {
        /// Lines were given; there may be more.
        case lines
        /// All lines that there are have been given.
        case atEnd
        /// The record is not the one that the position is of.
        case foreign
    }

    private static let longestLine = 16 << 20
    private static let chunkBytes = 256 << 10

    private let folder: AlertFolder
    /// The file that is open, by its plain name; nil when none is.
    private var file: DatedFile?
    private var plain: OpenFile?
    private var compressed: GzipReader?
    /// Of ``plain``.
    private var identity: FileStatus.Identity?
    /// Where the next bytes are read; ``buffered`` lies before it.
    private var readOffset = 0
    private var buffered: [UInt8] = []
    /// Up to here ``buffered`` has no line feed.
    private var searched = 0
    private var isSkipping = false
    private var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)

    /// Behind the last line that was given; nil before the first file.
    private(set) var position: RecordPosition?
    /// Lines longer than 16 MiB, which are passed over.
    private(set) var skippedLines = 0

    init(_ folder: AlertFolder, from position: RecordPosition?) {
        self.folder = folder
        self.position = position
    }

    /// Gives the next lines to `body`, each without its line feed.
    ///
    /// - Parameter body: Says whether it takes more lines; ``position`` is then
    ///   behind the last one that it was given.
    /// - Returns: What the call came to.
    /// - Throws: ``AlertStoreError``; the reader can be asked again.
    mutating func next(_ body: (Span<UInt8>) -> Bool) throws(AlertStoreError) -> Outcome {
        if file == nil {
            let outcome = try open()
            guard outcome == .lines else { return outcome }
        }
        if searched < buffered.count, giveLines(0, body) { return .lines }
        let count = try read()
        if count > 0 {
            giveLines(count, body)
            return .lines
        }
        return try moveOn()
    }

    /// How many bytes of the record lie behind the position; files that are
    /// compressed count as they lie on the disk.
    func lag() throws(AlertStoreError) -> Int {
        var total = 0
        var sizes: [String: Int] = [:]
        for file in try folder.datedFiles() {
            guard let status = try FileStatus.of(path: folder.path(of: file)) else { continue }
            let name = file.plain.relativePath
            if let position, file.plain.relativePath == position.file {
                sizes[name] = file.isCompressed ? 0 : max(0, status.size - position.offset)
            } else if isBehind(file) {
                sizes[name] = status.size
            }
        }
        for size in sizes.values { total += size }
        return total
    }

    /// The first bytes behind a position in a file that is not compressed; nil
    /// when there are none.
    func head(of position: RecordPosition) throws(AlertStoreError) -> [UInt8]? {
        let path = folder.path + "/" + position.file
        guard try FileStatus.of(path: path) != nil else { return nil }
        let file = try OpenFile(path: path, flags: O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = try file.read(into: &bytes, at: position.offset)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    private func isBehind(_ file: DatedFile) -> Bool {
        guard let position, let current = DatedFile(path: position.file, kind: folder.kind) else {
            return true
        }
        return current < file
    }

    /// Opens the file of the position, or the first one after it.
    private mutating func open() throws(AlertStoreError) -> Outcome {
        let files = try folder.datedFiles()
        guard let position else {
            guard let first = files.first else { return .atEnd }
            return try begin(first)
        }
        guard let wanted = DatedFile(path: position.file, kind: folder.kind) else {
            return .foreign
        }
        // Plain before compressed: while both are there, the plain one is whole.
        for candidate in [wanted, wanted.compressed] {
            guard try FileStatus.of(path: folder.path(of: candidate)) != nil else { continue }
            do throws(AlertStoreError) {
                try openSource(candidate)
            } catch {
                // It was compressed between the two calls.
                if error.cause == ENOENT { continue }
                throw error
            }
            return try resume(position)
        }
        guard let next = files.first(where: { wanted < $0 }) else { return .atEnd }
        return try begin(next)
    }

    /// Goes to a position in the file that is open.
    private mutating func resume(_ position: RecordPosition) throws(AlertStoreError) -> Outcome {
        let start = position.offset - position.tail.count
        guard start >= 0 else { return .foreign }
        try compressed?.seek(to: start)
        readOffset = start
        var tail: [UInt8] = []
        while tail.count < position.tail.count {
            let count = try read()
            guard count > 0 else { break }
            tail += chunk[..<count]
        }
        guard tail.starts(with: position.tail) else {
            // A batch that failed is cut off, and written again: wait for it.
            close()
            return tail.count < position.tail.count ? .atEnd : .foreign
        }
        buffered = Array(tail.dropFirst(position.tail.count))
        return .lines
    }

    private mutating func begin(_ file: DatedFile) throws(AlertStoreError) -> Outcome {
        do throws(AlertStoreError) {
            try openSource(file)
        } catch {
            guard error.cause == ENOENT, !file.isCompressed else { throw error }
            try openSource(file.compressed)
        }
        position = RecordPosition(file: file.plain.relativePath, offset: 0, tail: [])
        return .lines
    }

    private mutating func openSource(_ file: DatedFile) throws(AlertStoreError) {
        close()
        let path = folder.path(of: file)
        if file.isCompressed {
            compressed = try GzipReader(path: path)
        } else {
            let opened = try OpenFile(path: path, flags: O_RDONLY)
            identity = try opened.status().identity
            plain = consume opened
        }
        self.file = file.plain
    }

    private mutating func close() {
        (file, identity) = (nil, nil)
        plain = nil
        compressed = nil
        buffered = []
        isSkipping = false
        (searched, readOffset) = (0, 0)
    }

    private mutating func read() throws(AlertStoreError) -> Int {
        var count = try compressed?.read(into: &chunk) ?? 0
        if compressed == nil { count = try plain?.read(into: &chunk, at: readOffset) ?? 0 }
        readOffset += count
        return count
    }

    /// At the end of a file: it may grow, or be followed by another.
    private mutating func moveOn() throws(AlertStoreError) -> Outcome {
        if let size = try plain?.status().size {
            guard size >= readOffset else {
                // Cut shorter: look at it anew.
                close()
                return .atEnd
            }
            let identity = identity
            if try folder.currentIdentities().contains(where: { $0 == identity }) { return .atEnd }
            // The last lines may have come before it was rotated and after the read.
            if try plain?.status().size ?? 0 > readOffset { return .lines }
        }
        let files = try folder.datedFiles()
        guard let file, let next = files.first(where: { file < $0 }) else { return .atEnd }
        return try begin(next)
    }

    /// Gives the lines among what is buffered and so many bytes of the chunk.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    private mutating func giveLines(_ count: Int, _ body: (Span<UInt8>) -> Bool) -> Bool {
        buffered += chunk[..<count]
        var start = 0
        var goesOn = true
        while goesOn, let end = Self.lineFeed(buffered, from: searched) {
            if isSkipping {
                isSkipping = false
            } else if end - start > Self.longestLine {
                skippedLines += 1
            } else {
                goesOn = body(buffered.span.extracting(start..<end))
            }
            start = end + 1
            searched = start
        }
        if goesOn { searched = buffered.count }
        let found = start > 0
        if found { advance(start) }
        guard goesOn else { return found }
        if buffered.count > Self.longestLine, !isSkipping {
            isSkipping = true
            skippedLines += 1
        }
        if isSkipping, !buffered.isEmpty { advance(buffered.count) }
        return found
    }

    /// The first bytes of the buffer are done with.
    private mutating func advance(_ count: Int) {
        guard var position else { return }
        position.offset += count
        let tail = (position.tail + buffered[..<count].suffix(RecordPosition.tailBytes))
        position.tail = Array(tail.suffix(RecordPosition.tailBytes))
        self.position = position
        buffered.removeFirst(count)
        searched = max(0, searched - count)
    }

    private static func lineFeed(_ bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, 0x0A, buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
