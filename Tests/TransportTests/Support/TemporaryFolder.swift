// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder of a test's own, gone with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/jaga-transport-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestFailure("cannot make a temporary folder")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.removeTree(path) }

    /// The text of a file; nil when there is none.
    func text(_ name: String) -> String? {
        guard let file = fopen(path + "/" + name, "rb") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return content.text }
            content += buffer[..<count]
        }
    }

    /// The mode of a file; 0 when there is none.
    func mode(_ name: String) -> mode_t {
        var status = stat()
        guard stat(path + "/" + name, &status) == 0 else { return 0 }
        return status.st_mode & 0o777
    }

    /// Writes a file, and the one folder above it.
    func write(_ text: String, to name: String) throws {
        let parts = name.split(separator: "/").dropLast()
        var folder = path
        for part in parts {
            folder += "/" + part
            mkdir(folder, 0o750)
        }
        guard let file = fopen(path + "/" + name, "wb") else {
            throw TestFailure("cannot write \(name)")
        }
        defer { fclose(file) }
        fwrite(text.bytes, 1, text.utf8.count, file)
    }

    private static func removeTree(_ path: String) {
        if let stream = opendir(path) {
            var names: [String] = []
            while let entry = readdir(stream) {
                names.append(
                    withUnsafeBytes(of: &entry.pointee.d_name) {
                        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                    }
                )
            }
            closedir(stream)
            for name in names where name != "." && name != ".." { removeTree(path + "/" + name) }
        }
        remove(path)
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
