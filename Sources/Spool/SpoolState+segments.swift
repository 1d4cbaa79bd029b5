// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Finding segments at the start, and removing those that are done.
extension SpoolState {
    /// Reads all segments of a folder.
    mutating func recover(
        _ folder: String,
        _ checkpoint: (UInt64, [UInt8]) -> Void
    ) throws(SpoolError) {
        for name in try SpoolFolder.segments(in: folder) {
            let file = try SegmentFile(reading: folder + "/" + name.text)
            let size = try file.size()
            guard try isOurs(file, size: size) else {
                figures.foreignSegments += 1
                // Its numbers are given, whoever wrote it.
                next = max(next, name.sequence + 1)
                continue
            }
            next = max(next, name.sequence)
            try recover(file, name, size: size, checkpoint)
            segments.append(Segment(name: name, end: next, bytes: size))
        }
        marks = AgeMarks()
        if figures.waitingEvents > 0 {
            marks.add(acknowledged, seconds: Spool.monotonicSeconds())
        }
    }

    /// Whether the file is of this version, as far as its beginning tells; what is
    /// damaged there may be ours.
    private func isOurs(_ file: SegmentFile, size: Int) throws(SpoolError) -> Bool {
        let title = try file.bytes(at: 0, count: min(size, SegmentFile.title.count))
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard title.count == SegmentFile.title.count, let version = title.last,
            digits.contains(version), title.dropLast() == SegmentFile.title.dropLast()
        else { return true }
        return title == SegmentFile.title
    }

    private mutating func recover(
        _ file: SegmentFile,
        _ name: SegmentName,
        size: Int,
        _ checkpoint: (UInt64, [UInt8]) -> Void
    ) throws(SpoolError) {
        var reader = SegmentReader(file, salt: name.salt)
        while true {
            switch try reader.next(limit: size) {
            case .end, .torn: return
            case .damage(let range):
                damages.insert(SpoolPlace(segment: name, offset: range.lowerBound))
            case .record(let header, let payload):
                next = max(next, header.end)
                if header.events > 0, header.end > acknowledged {
                    let first = max(header.sequence, acknowledged)
                    figures.waitingEvents += Int(header.end - first)
                    figures.receivedEvents += Int(header.end - first)
                }
                if let position = RecordDecoder.checkpoint(payload.span), !position.isEmpty {
                    checkpoint(header.sequence, position)
                }
            }
        }
    }

    /// Bytes of segments that are done.
    var keptBytes: Int {
        segments.dropLast().reduce(0) { sum, segment in
            sum + (segment.end <= acknowledged && segment.end > kept ? segment.bytes : 0)
        }
    }

    /// Removes segments that are done, the oldest first; never the last one, which
    /// may be written to.
    mutating func removeDone(in folder: String, keeps: Bool) {
        let end = keeps ? min(acknowledged, kept, held) : acknowledged
        while segments.count > 1, let first = segments.first, first.end <= end {
            // One that cannot be removed is tried again the next time.
            let path = folder + "/" + first.name.text
            guard unlink(path) == 0 || errno == ENOENT else { return }
            segments.removeFirst()
        }
    }
}

/// Work on the folder that segments lie in.
enum SpoolFolder {
    /// Makes the folder; one that is there stays as it is.
    static func make(_ path: String) throws(SpoolError) {
        if mkdir(path, 0o750) == 0 || errno == EEXIST { return }
        throw SpoolError("make the folder", path: path)
    }

    /// The segments in a folder, oldest first; other names are passed over.
    static func segments(in path: String) throws(SpoolError) -> [SegmentName] {
        guard let stream = opendir(path) else { throw SpoolError("list", path: path) }
        defer { closedir(stream) }
        var names: [SegmentName] = []
        while let entry = readdir(stream) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let name = SegmentName(text) { names.append(name) }
        }
        return names.sorted()
    }

    /// Waits until the names in a folder are on the disk.
    static func sync(_ path: String) throws(SpoolError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SpoolError("open", path: path) }
        defer { close(descriptor) }
        // EINVAL: a file system that cannot sync folders, and needs not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw SpoolError("sync", path: path)
        }
    }
}
