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

    /// Gives all files below a folder the same time of their last change.
    func date(_ name: String, at seconds: Int64) throws {
        let folder = path + "/" + name
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(seconds))],
                ofItemAtPath: folder + "/" + file
            )
        }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }
}
