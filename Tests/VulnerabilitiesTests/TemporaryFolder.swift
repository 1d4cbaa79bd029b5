// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of a test's own, gone with the value.
final class TemporaryFolder {
    let path: String

    init() {
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("jaga-vulnerabilities-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file in it, with the folders above.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
    }

    func write(_ name: String, text: String) throws { try write(name, Array(text.utf8)) }

    /// Says that all files below a folder in it were written at a time, in seconds since
    /// the epoch.
    func date(_ folder: String, _ seconds: Int64) throws {
        let root = path + "/" + folder
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(seconds))],
                ofItemAtPath: root + "/" + name
            )
        }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }
}
