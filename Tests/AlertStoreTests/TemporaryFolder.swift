// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc

/// A folder of a test's own, gone with the value.
final class TemporaryFolder {
    let path: String
    /// The folder of alerts, not made yet.
    var alerts: String { path + "/alerts" }
    private let isMounted: Bool

    init() throws {
        path = try Self.make()
        isMounted = false
    }

    /// A file system of its own, that is full after so many bytes.
    init(tmpfsBytes: Int) throws {
        path = try Self.make()
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(tmpfsBytes)") == 0 else {
            throw AlertStoreTestFailure("cannot mount a tmpfs: \(String(cString: strerror(errno)))")
        }
        isMounted = true
    }

    deinit {
        if isMounted { umount2(path, CInt(MNT_DETACH)) }
        Self.removeTree(path)
    }

    /// Whether this process may mount a file system.
    static let canMount: Bool = {
        guard let folder = try? TemporaryFolder(tmpfsBytes: 64 << 10) else { return false }
        return !folder.path.isEmpty
    }()

    /// The text of a file below ``alerts``; nil when there is none.
    func text(_ name: String) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a file below ``alerts``; nil when there is none.
    func bytes(_ name: String) -> [UInt8]? {
        guard let file = fopen(alerts + "/" + name, "rb") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    /// Writes a file below ``alerts``, whose folder must exist.
    func write(_ text: some Sequence<UInt8>, to name: String, mode: String = "wb") throws {
        guard let file = fopen(alerts + "/" + name, mode) else {
            throw AlertStoreTestFailure("cannot write \(name)")
        }
        defer { fclose(file) }
        let bytes = Array(text)
        fwrite(bytes, 1, bytes.count, file)
    }

    /// Inode and permission bits of a name below ``alerts``.
    func status(_ name: String) -> (inode: UInt64, mode: UInt32)? {
        var raw = stat()
        guard stat(alerts + "/" + name, &raw) == 0 else { return nil }
        return (UInt64(raw.st_ino), UInt32(raw.st_mode) & 0o7777)
    }

    /// Names in a folder below ``alerts``, ordered.
    func names(_ name: String = "") -> [String] {
        Self.names(in: alerts + "/" + name)
    }

    private static func removeTree(_ path: String) {
        for name in names(in: path) { removeTree(path + "/" + name) }
        remove(path)
    }

    private static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    private static func make() throws -> String {
        var template = Array("/tmp/jaga-alerts-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw AlertStoreTestFailure("cannot make a temporary folder")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

struct AlertStoreTestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension AlertBatch {
    /// A batch of these lines, none of which has a line end.
    init(lines: String...) {
        self.init()
        for line in lines { bytes += Array(line.utf8) + [UInt8(ascii: "\n")] }
    }
}

extension Timestamp {
    /// A moment of November 2026, UTC.
    static func november(_ day: Int, hour: Int = 12) -> Timestamp {
        let seconds = CalendarTime.secondsSinceEpoch(
            year: 2026,
            month: 11,
            day: day,
            hour: hour,
            minute: 0,
            second: 0
        )
        return Timestamp(nanoseconds: (seconds ?? 0) * 1_000_000_000)
    }
}
