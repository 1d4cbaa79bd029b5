// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files of a queue: `DATA/outputs/NAME/0000000001.queue`, each followed by the next.
struct QueueFolder: Sendable {
    private static let suffix = ".queue"

    let path: String

    /// Makes the folder.
    ///
    /// - Throws: ``OutputError`` `queue`.
    init(path: String) throws(OutputError) {
        self.path = path
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
            throw QueueFailure.error("make", path)
        }
    }

    var position: String { path + "/position" }

    func path(of segment: Int) -> String {
        let digits = String(segment)
        return path + "/" + String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
            + Self.suffix
    }

    /// Numbers of the files that there are, in order.
    ///
    /// - Throws: ``OutputError`` `queue`.
    func segments() throws(OutputError) -> [Int] {
        guard let stream = opendir(path) else { throw QueueFailure.error("read", path) }
        defer { closedir(stream) }
        var numbers: [Int] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(Self.suffix), let number = Int(name.dropLast(Self.suffix.count))
            else { continue }
            numbers.append(number)
        }
        return numbers.sorted()
    }

    /// The bytes of a file from an offset on; empty when there is none.
    ///
    /// - Throws: ``OutputError`` `queue`.
    func bytes(of segment: Int, from offset: Int) throws(OutputError) -> [UInt8] {
        let path = path(of: segment)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw QueueFailure.error("open", path)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let place = off_t(offset + content.count)
            let count = pread(descriptor, &buffer, buffer.count, place)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw QueueFailure.error("read", path) }
            if count == 0 { return content }
            content += buffer[..<count]
        }
    }

    /// Cuts off what no record can be read from.
    ///
    /// - Throws: ``OutputError`` `queue`.
    func cut(_ segment: Int, at offset: Int) throws(OutputError) {
        guard truncate(path(of: segment), off_t(offset)) == 0 else {
            throw QueueFailure.error("mend", path(of: segment))
        }
    }

    /// A file that is there no more is as good.
    func remove(_ segment: Int) { unlink(path(of: segment)) }
}
